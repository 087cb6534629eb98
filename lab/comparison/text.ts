// The comparison on the terminal: a line for each cell when it is done, and at the end a table for each scenario.
import { styleText } from 'node:util'
import type { Comparison, Result, Summary } from '#engine/run/summary.ts'
import { coloured, renderProvenance, SIGNS } from '../report/terminal/report.ts'
import { textTable } from '../report/terminal/table.ts'
import { durabilityLines, medianLatencies, narrativeOf } from './narrative.ts'
import { scenarioGrid } from './scenario-grid.ts'
import { HEALTHY } from './scenarios.ts'
import { byRate, configurationsOf } from './repeated-measures.ts'
import { withUnit } from '../report/terminal/numbers.ts'

type About = Comparison['about'][number]

/** @param where the folder of the run, as the user would type it; @param width of the terminal, in characters */
export function comparisonText(summary: Summary, where: string, width: number): string {
  const { comparison, results } = summary
  if (!comparison) throw new Error(`${summary.run} is not a comparison`)
  const { about, models } = comparison
  const parts = about.flatMap(scenario => {
    const own = results.filter(({ cell }) => cell?.scenario === scenario.name)
    const isNowhere = models.every(model => scenario.without[model] !== undefined)
    return own.length === 0 && !isNowhere ? [] : [part(scenario, models, own, width)]
  })
  return [...parts, renderProvenance(summary, where, verdicts(results))].join('\n\n')
}

function part(
  { name, title, asks, caveat, without }: About,
  models: readonly string[],
  results: readonly Result[],
  width: number,
): string {
  const rates = byRate(results)
  const tables = rates.flatMap(([rate, own]) => [
    ...(rates.length > 1 ? [`At ${rate} orders a second`] : []),
    textTable(scenarioGrid(configurationsOf(own, models)), width),
  ])
  return [
    styleText('bold', title),
    asks,
    caveat ?? '',
    ...tables,
    ...Object.entries(without).map(([model, why]) => `${model} was not run: ${why}`),
    ...(name === HEALTHY ? durabilityLines(results) : []),
    ...(name === HEALTHY ? medianLatencies(models, results) : narrativeOf(configurationsOf(results, models))),
    ...results.flatMap(failureOf),
    ...results.flatMap(invalidChecksOf),
  ]
    .filter(line => line !== '')
    .join('\n')
}

const failureOf = ({ model, experiment, failure }: Result): string[] =>
  failure === undefined ? [] : [coloured('unknown', `${model}/${experiment} could not be finished: ${failure}`)]

/** The checks that are not valid, but for variants that leave out a safeguard on purpose. */
const invalidChecksOf = ({ model, experiment, checks, variants }: Result): string[] => {
  const out = variants.filter(({ disabledSafeguard }) => disabledSafeguard !== undefined).map(({ name }) => name)
  return checks
    .filter(({ verdict, variant }) => verdict !== 'valid' && !out.includes(variant))
    .map(({ name, variant, verdict, detail }) =>
      coloured(verdict, `${SIGNS[verdict]} ${verdict} ${model}/${experiment} ${name} (${variant}): ${detail}`),
    )
}

function verdicts(results: readonly Result[]): string {
  const counts = Map.groupBy(results, ({ verdict }) => verdict)
  return [...counts].map(([verdict, some]) => `${SIGNS[verdict]} ${some.length} ${verdict}`).join(', ')
}

/** During a disruption a quick refusal is no quick answer. */
const keyMetricsOf = (scenario: string | undefined): string[] => {
  const latencies =
    scenario === HEALTHY
      ? ['accepted p50', 'completed p50']
      : ['during: right answer p50', 'median completion of all requested']
  return ['availability', 'completed ÷ requested', ...latencies, 'time to full recovery']
}

export function cellLine({
  model,
  experiment,
  cell,
  verdict,
  measures,
  checks,
  variants,
  seconds,
  failure,
}: Result): string {
  const [first] = variants
  const numbers = keyMetricsOf(cell?.scenario).flatMap(name => {
    const measure = measures.find(each => each.variant === first?.name && each.name === name)
    return measure && measure.value !== null ? [`${name} ${withUnit(measure)}`] : []
  })
  const notValid = checks.filter(check => check.verdict !== 'valid')
  return [
    `${coloured(verdict, `${SIGNS[verdict]} ${verdict}`)} ${styleText('bold', `${model}/${experiment}`)}: ${numbers.join(', ')} (${seconds.toFixed(0)} s)`,
    ...(failure ? [coloured('unknown', `  It could not be finished: ${failure}`)] : []),
    ...notValid.map(({ name, variant, verdict: of, detail }) =>
      coloured(of, `  ${SIGNS[of]} ${of} ${name} (${variant}): ${detail}`),
    ),
  ].join('\n')
}
