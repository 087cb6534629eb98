// What the terminal shows of a result and of a whole run, from the JSON alone.
import { styleText } from 'node:util'
import type { Result, Summary } from '#engine/run/summary.ts'
import type { Verdict } from '#engine/checks/verdict.ts'
import { conditions, inContainers } from './conditions.ts'
import { gridOf } from './grid.ts'
import { seconds } from './numbers.ts'
import { stoppedText } from './stopped.ts'
import { draw, textTable } from './table.ts'
import { keyMetrics } from './key-metrics.ts'

const COLOURS = { valid: 'green', invalid: 'red', unknown: 'yellow', vacuous: 'yellow' } as const
export const SIGNS: Record<Verdict, string> = { valid: '✔', invalid: '✘', unknown: '?', vacuous: '∅' }

/** In the verdict's colour. */
export const coloured = (verdict: Verdict, text: string) => styleText(COLOURS[verdict], text)

/** Table, sentences and verdict of one experiment. @param width of the terminal */
export function renderResult(result: Result, width: number): string {
  const { model, experiment, title, question, explanation, failure } = result
  return [
    styleText('bold', `${model}/${experiment}: ${title}`),
    question,
    textTable(gridOf(result), width),
    conditions(result),
    ...explanation,
    ...(failure ? [coloured('unknown', `It could not be finished: ${failure}`)] : []),
    ...verdictLines(result),
  ]
    .filter(line => line !== '')
    .join('\n')
}

/** The verdict in a line; each check that is not valid with what it says, in a line of its own. */
function verdictLines({ verdict, checks }: Pick<Result, 'verdict' | 'checks'>): string[] {
  const valid = checks.filter(check => check.verdict === 'valid').length
  const names = [...new Set(checks.map(({ name }) => name))]
  const of = `${valid} of ${checks.length} checks valid${names.length > 0 ? ` (${names.join(', ')})` : ''}`
  return [
    coloured(verdict, `${SIGNS[verdict]} ${verdict}: ${of}`),
    ...checks
      .filter(check => check.verdict !== 'valid')
      .map(check =>
        coloured(
          check.verdict,
          `  ${SIGNS[check.verdict]} ${check.verdict} ${check.name} (${check.variant}): ${check.detail}`,
        ),
      ),
  ]
}

/** One row an experiment. @param where the folder of the run, as the user would type it */
export function renderOverview(summary: Summary, where: string): string {
  const rows = summary.results.map(result => [
    `${result.model}/${result.experiment}`,
    `${SIGNS[result.verdict]} ${result.verdict}`,
    keyMetrics(result).join('\n'),
    seconds(result.seconds),
  ])
  const table = rows.length > 0 ? [draw(['experiment', 'verdict', 'telling numbers', 'seconds'], rows, [0, 1, 2])] : []
  return renderProvenance(summary, where, ...table)
}

/** Where the numbers come from, and where all of them are; below what is told of them. */
export function renderProvenance(summary: Summary, where: string, ...told: string[]): string {
  const { machine, brokers, seed, profile } = summary
  const stopped = stoppedText(summary)
  const from = Object.entries(brokers).map(([kind, { source, version }]) => `${kind} ${version} (${source})`)
  return [
    ...told,
    ...(stopped === '' ? [] : [coloured('unknown', stopped)]),
    `Profile ${profile}, seed ${seed}${inContainers(summary)}, ${seconds(summary.seconds)} s on ${machine.cores} × ${machine.cpu}, ${machine.system}, Node ${machine.node}${from.length > 0 ? `; ${from.join(', ')}` : ''}.`,
    `Numbers, histories and logs: ${where}/ (shown again by: npm run lab -- show ${where === `runs/${summary.run}` ? summary.run : where})`,
  ].join('\n')
}
