// Results as Markdown: the page of a model, and the table of all experiments.
import { posix } from 'node:path'
import type { Result, Summary } from '#engine/run/summary.ts'
import { machineText } from '../session/run-facts.ts'
import { conditions, evaluatedChecks, inContainers } from './terminal/report.ts'
import { LOGS, pageOf, PICTURES } from '../publish/output-paths.ts'
import { gridOf, literal, markdown, markdownTable, MEANING_OF_SET_BY_FAULT, SET_BY_FAULT } from './terminal/table.ts'
import { keyMetrics } from './terminal/key-metrics.ts'

/** @param linkTo the page of a model's results, from where the table is read */
export function overviewTable(summaries: readonly Summary[], linkTo: (model: string) => string): string {
  const rows = summaries.flatMap(({ results }) =>
    results.map(result => {
      const { model, experiment, question, verdict } = result
      const link = `[${model}/${experiment}](${linkTo(model)}#${experiment})`
      return [link, question, keyMetrics(result).join('<br>'), verdict]
    }),
  )
  const runs = [...new Set(summaries.map(provenance))].join('\n\n')
  const table = markdown(['experiment', 'question', 'key metrics', 'verdict'], rows, false)
  return [table, '', table.includes(SET_BY_FAULT) ? `${MEANING_OF_SET_BY_FAULT} ${runs}` : runs].join('\n')
}

export function resultsPage(model: string, summary: Summary): string {
  return `${[
    `# Results of ${model}`,
    provenance(summary),
    'Rendered from `summary.json` beside this page by `npm run lab -- publish`; nothing here is typed by hand.',
    evaluatedChecks(summary.results),
    ...summary.results.flatMap(result => section(result)),
  ].join('\n\n')}\n`
}

/** Where numbers come from, in one line. */
export function provenance(summary: Summary): string {
  const { run, startedAt, seed, profile, machine, brokers } = summary
  const from = Object.entries(brokers).map(([kind, { source, version }]) => `${kind} ${version} (from ${source})`)
  return `Run ${run} of ${startedAt.slice(0, 10)}, profile ${profile}, seed ${seed}${inContainers(summary)}: ${[machineText(machine), ...from].join('; ')}.`
}

function section(result: Result): string[] {
  const { experiment, title, question, variants, explanation, verdict, checks } = result
  const judged = checks.map(check => [literal(check.name), check.variant, check.verdict, literal(check.detail)])
  return [
    `<a id="${experiment}"></a>\n\n## ${title}: ${question}`,
    variants.map(({ name, about }) => `- *${name}*: ${about}`).join('\n'),
    markdownTable(gridOf(result)),
    explanation.join('\n'),
    ...attachments(result),
    conditions(result),
    `**Verdict: ${verdict}.**`,
    `<details><summary>All ${checks.length} checks</summary>\n\n${markdown(['check', 'variant', 'verdict', 'detail'], judged, false)}\n\n</details>`,
  ].filter(part => part !== '')
}

/** Pictures and logs that belong to an experiment, linked from its model's page. */
function attachments({ model, experiment }: Result): string[] {
  const id = `${model}/${experiment}`
  const from = posix.dirname(pageOf(model))
  const picture = PICTURES[id]?.file
  const log = LOGS[id]
  return [
    ...(picture ? [`![${experiment}](${posix.relative(from, picture)}.svg)`] : []),
    ...(log ? [`From the services' logs: [${posix.basename(log)}](${posix.relative(from, log)})`] : []),
  ]
}
