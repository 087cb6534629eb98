// From a run to the sources of the evidence: its summary a model, what its histories say of the replay, its logs.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { slugOf } from '#engine/run/result.ts'
import type { Summary } from '#engine/run/summary.ts'
import { COMPARISON } from './comparison.ts'
import { compactJson } from './compact-json.ts'
import { excerpt } from './excerpt.ts'
import { LOGS, READINGS, REPLAY, summaryOf } from './output-paths.ts'
import { replayMetricsOf } from './replay-metrics.ts'

/** The text of each file by its path in the checkout. @param folder of the run */
export function sourcesOf(summary: Summary, folder: string): Map<string, string> {
  const files = new Map<string, string>()
  for (const [model, results] of Map.groupBy(summary.results, result => result.model)) {
    const asked = summary.requested?.filter(id => id.startsWith(`${model}/`))
    files.set(summaryOf(model), compactJson({ ...summary, ...(asked && { asked }), results }))
  }
  for (const { model, experiment, variants } of summary.results) {
    const id = `${model}/${experiment}`
    const names = variants.map(({ name }) => name)
    const file = LOGS[id]
    if (file) files.set(file, excerptOf(join(folder, id, 'logs'), names))
    if (id === REPLAY) files.set(READINGS, compactJson(replayMetricsOf(join(folder, id), names)))
  }
  return files
}

/** The same of a comparison. */
export const comparisonSource = (summary: Summary): Map<string, string> =>
  new Map([[join(COMPARISON, 'summary.json'), compactJson(summary)]])

function excerptOf(logs: string, variants: readonly string[]): string {
  return variants
    .map(variant => {
      const folder = join(logs, slugOf(variant))
      const names = existsSync(folder)
        ? readdirSync(folder)
            .filter(name => name.endsWith('.log'))
            .sort()
        : []
      return `# ${variant}\n${excerpt(names.map(name => readFileSync(join(folder, name), 'utf8')))}`
    })
    .join('\n')
}
