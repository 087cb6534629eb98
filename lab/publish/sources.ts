// The committed sources of the evidence, made from a run: a summary for each model, the metrics of the replay, excerpts of the
// logs.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { packHistory } from '#engine/run/history-file.ts'
import { slugOf } from '#engine/run/result.ts'
import type { Summary } from '#engine/run/summary.ts'
import { archiveFile, findHistory, readHistory } from '../session/histories.ts'
import { COMPARISON } from './comparison.ts'
import { reduced } from './other-runs.ts'
import { LOGS, OTHER_RUNS, SNAPSHOTS, REPLAY, summaryOf } from './output-paths.ts'
import { replayMetricsOf } from './replay.ts'
import { Type } from '#common/contracts/type.ts'
import { parse } from '#common/contracts/parse.ts'

/** What each file holds, by its path in the checkout: text, or an archive. */
export type Sources = Map<string, string | Uint8Array>

/** @param folder of the run */
export async function sourcesOf(summary: Summary, folder: string): Promise<Sources> {
  const files: Sources = new Map()
  for (const [model, results] of Map.groupBy(summary.results, result => result.model)) {
    const requested = summary.requested?.filter(id => id.startsWith(`${model}/`))
    files.set(summaryOf(model), compactJson({ ...summary, ...(requested && { requested }), results }))
  }
  for (const { model, experiment, variants } of summary.results) {
    const id = `${model}/${experiment}`
    const names = variants.map(({ name }) => name)
    const file = LOGS[id]
    if (file) files.set(file, excerptOf(join(folder, id, 'logs'), names))
    if (id === REPLAY) files.set(SNAPSHOTS, compactJson(await replayMetricsOf(join(folder, id), names)))
    await addHistories(files, { model, experiment, names }, folder, dirname(summaryOf(model)))
  }
  return files
}

/** The same of a comparison. */
export async function comparisonSource(summary: Summary, folder: string): Promise<Sources> {
  const files: Sources = new Map([[join(COMPARISON, 'summary.json'), compactJson(summary)]])
  for (const { model, experiment, variants } of summary.results)
    await addHistories(files, { model, experiment, names: variants.map(({ name }) => name) }, folder, COMPARISON)
  return files
}

/** Of a comparison that stands beside the published one. */
export const otherRunSource = (summary: Summary): Sources =>
  new Map([[join(OTHER_RUNS, `${summary.run}.json`), compactJson(reduced(summary))]])

/** So that whoever reads a published number can have it judged again. */
async function addHistories(
  files: Sources,
  { model, experiment, names }: { model: string; experiment: string; names: readonly string[] },
  from: string,
  to: string,
): Promise<void> {
  for (const variant of names) {
    const of = { model, experiment, variant }
    const file = findHistory(from, of)
    if (file) files.set(archiveFile(to, of), await packHistory(await readHistory(file)))
  }
}

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

// JSON for a repository: one value a line, but each point of a curve on one line, and eight points of orders on one line, since
// there are thousands of them.

const NUMBER = String.raw`(?:-?[\d.e+-]+|null)`
const NUMBERS = new RegExp(String.raw`\[\s+(${NUMBER}(?:,\s+${NUMBER})*)\s+\]`, 'g')
const LONG = String.raw`\[${NUMBER}(?:, ${NUMBER}){2,}\]`
const EIGHT = new RegExp(String.raw`${LONG}(?:,\s+${LONG}){1,7}`, 'g')

export const compactJson = (value: unknown): string =>
  `${JSON.stringify(value, null, 2).replaceAll(NUMBERS, inOneLine).replaceAll(EIGHT, inOneLine)}\n`

const inOneLine = (text: string): string => text.replaceAll(/\s+/g, ' ').replace(/^\[ /, '[').replace(/ \]$/, ']')

// An excerpt of the services' logs: every line about a service itself; of each kind of line about an order the first and last
// few; and all lines about a few orders that came twice. Lines that are left out are counted.

const EDGE = 4
const TWICE = 3

const LineSchema = Type.Object({
  time: Type.String(),
  service: Type.String(),
  event: Type.String(),
  orderId: Type.Optional(Type.String()),
  isNew: Type.Optional(Type.Boolean()),
  reason: Type.Optional(Type.Unknown()),
})

type Line = { text: string; time: string; kind: string; orderId: string | undefined; again: boolean }

/** @param logs whole log files of JSON lines; other lines are kept unchanged */
export function excerpt(logs: readonly string[]): string {
  const lines = logs
    .flatMap(log => log.split('\n').flatMap(read))
    .sort((one, other) => one.time.localeCompare(other.time))
  const twice = new Set([...new Set(lines.filter(({ again }) => again).map(({ orderId }) => orderId))].slice(0, TWICE))
  const kinds = Map.groupBy(lines, ({ kind }) => kind)
  const edges = new Set([...kinds.values()].flatMap(alike => [...alike.slice(0, EDGE), ...alike.slice(-EDGE)]))
  const isKept = (line: Line) => line.orderId === undefined || twice.has(line.orderId) || edges.has(line)
  const kept = lines.filter(isKept)
  const left = [...kinds].flatMap(([kind, alike]) => {
    const out = alike.filter(line => !isKept(line)).length
    return out > 0 ? [`# left out: ${out} of ${alike.length} lines "${kind}"`] : []
  })
  return `${[...kept.map(({ text }) => text), ...left].join('\n')}\n`
}

function read(text: string): Line[] {
  if (text.trim() === '') return []
  try {
    const { time, service, event, orderId, isNew, reason } = parse(LineSchema, JSON.parse(text))
    const about = [isNew === false ? 'again' : undefined, typeof reason === 'string' ? reason : undefined]
    const kind = [service, event, ...about.filter(word => word !== undefined)].join(' ')
    return [{ text: withoutSecrets(text), time, kind, orderId, again: isNew === false }]
  } catch {
    return [{ text: withoutSecrets(text), time: '', kind: 'other', orderId: undefined, again: false }]
  }
}

/** Passwords of addresses, and folders of the machine that it ran on. */
const withoutSecrets = (text: string): string =>
  text
    .replaceAll(/(\w+:\/\/[^:/@\s"]+):[^@\s"]+@/g, '$1:***@')
    .replaceAll(/(?<![\w.:/])\/(?:[\w.@-]+\/){2,}[\w.@-]+/g, '…')
