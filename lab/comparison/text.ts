// The comparison on the terminal: a line for each cell when it is done, and at the end a table for each scenario, and the advice.
import { styleText } from 'node:util'
import type { Result, Summary } from '#engine/run/summary.ts'
import {
  coloured,
  countedChecks,
  measuredAgain,
  notValidLines,
  renderProvenance,
  SIGNS,
} from '../report/terminal/report.ts'
import { HANG, wrapped } from '../report/terminal/screen.ts'
import { SET_BY_FAULT, textTable, withUnit } from '../report/terminal/table.ts'
import { durabilityLines, medianLatencies, narrativeOf } from './narrative.ts'
import { HEALTHY } from './scenarios.ts'
import { ONE_MORE_READER } from './scenarios/fan-out.ts'
import { COMMAND_FOR_ADVICE, NO_ADVICE, recommendations } from './recommendations.ts'
import { ABOUT_THE_SCORECARD, cellText, scorecard, spreadText } from './scorecard.ts'
import { byRate, configurationsOf, scenarioGrid, type ScenarioResults, scenarioResultsOf } from './repeated-measures.ts'

/** @param where the folder of the run, as the user would type it; @param width of the terminal, in characters */
export function comparisonText(summary: Summary, where: string, width: number): string {
  const { comparison, results } = summary
  if (!comparison) throw new Error(`${summary.run} is not a comparison`)
  const parts = scenarioResultsOf(comparison, results).flatMap(scenario => {
    const isNowhere = scenario.models.every(model => scenario.about.without[model] !== undefined)
    return scenario.results.length === 0 && !isNowhere ? [] : [part(scenario, width)]
  })
  const end = [...scorecardText(summary, width), ...adviceOf(summary)]
  return [...parts, renderProvenance(summary, where, verdicts(results)), ...end].join('\n\n')
}

/** The scorecard as a list: five columns of sentences are no table of 80 characters. A star is what is bold on a page. */
export function scorecardText(summary: Summary, width: number): string[] {
  const card = scorecard(summary)
  if (!card) return []
  const names = Math.max(...card.models.map(model => model.length))
  const lines = card.rows.flatMap(({ need, measured, cells, answer }) => {
    const figures = cells.map((cell, nth) => {
      const star = cell.standing === 'good' ? ' *' : ''
      return `    ${card.models[nth]?.padEnd(names)}  ${cellText(cell).replace('\n', ' ')}${star}`
    })
    return [need, `  ${measured}:`, ...figures, `  answer: ${answer}`]
  })
  const key = `${ABOUT_THE_SCORECARD} A star: it meets the need, or nothing measured is better beyond doubt.`
  const all = [spreadText(summary), ...lines, key, ...card.notes]
    .filter(line => line !== '')
    .map(line => wrapped(line, width, HANG))
  return [[styleText('bold', 'Scorecard'), ...all].join('\n')]
}

/** None where nothing was measured that it could rest on. */
function adviceOf(summary: Summary): string[] {
  const advice =
    summary.profile === 'quick'
      ? [`${NO_ADVICE} ${COMMAND_FOR_ADVICE}.`]
      : recommendations(summary).flatMap(({ condition, advice }) => [condition, `  ${advice}`])
  return advice.length === 0 ? [] : [[styleText('bold', 'Which one for me?'), ...advice].join('\n')]
}

function part({ about, models, results }: ScenarioResults, width: number): string {
  const { name, title, asks, caveat = '', without } = about
  const rates = byRate(results)
  const tables = rates.flatMap(([rate, own]) => [
    ...(rates.length > 1 ? [`At ${rate} orders a second`] : []),
    textTable(scenarioGrid(configurationsOf(own, models)), width),
  ])
  return [
    styleText('bold', title),
    asks,
    caveat,
    ...tables,
    ...Object.entries(without).map(([model, why]) => `${model} was not run: ${why}`),
    ...(name === HEALTHY ? durabilityLines(results) : []),
    ...(name === HEALTHY ? medianLatencies(models, results) : narrativeOf(configurationsOf(results, models))),
    ...measuredAgain(results),
    ...results.flatMap(failureOf),
    ...results.flatMap(invalidChecksOf),
  ]
    .filter(line => line !== '')
    .join('\n')
}

const failureOf = ({ model, experiment, failure }: Result): string[] =>
  failure === undefined ? [] : [coloured('unknown', `${model}/${experiment} could not be finished: ${failure}`)]

/** The counted checks that are not valid. */
const invalidChecksOf = (result: Result): string[] =>
  countedChecks(result)
    .filter(({ verdict }) => verdict !== 'valid')
    .map(({ name, variant, verdict, detail }) => {
      const of = `${result.model}/${result.experiment} ${name} (${variant})`
      return coloured(verdict, `${SIGNS[verdict]} ${verdict} ${of}: ${detail}`)
    })

function verdicts(results: readonly Result[]): string {
  const counts = Map.groupBy(results, ({ verdict }) => verdict)
  return [...counts].map(([verdict, some]) => `${SIGNS[verdict]} ${some.length} ${verdict}`).join(', ')
}

/** What a client could know comes before what it was answered. */
const keyMetricsOf = (scenario: string | undefined): string[] =>
  scenario === HEALTHY
    ? ['known p50', 'accepted p50', 'completed ÷ requested', 'availability']
    : [
        'learned p50',
        ONE_MORE_READER,
        'during: known in 5 s',
        'during: known in the end',
        'during: availability',
        'time to full recovery',
      ]

export function cellLine(result: Result): string {
  const { model, experiment, cell, verdict, measures, checks, variants, seconds, failure } = result
  const [first] = variants
  const numbers = keyMetricsOf(cell?.scenario).flatMap(name => {
    const measure = measures.find(each => each.variant === first?.name && each.name === name)
    return measure && measure.value !== null
      ? [`${name} ${withUnit(measure)}${first?.setByFault?.[name] === undefined ? '' : SET_BY_FAULT}`]
      : []
  })
  return [
    `${coloured(verdict, `${SIGNS[verdict]} ${verdict}`)} ${styleText('bold', `${model}/${experiment}`)}: ${numbers.join(', ')} (${seconds.toFixed(0)} s)`,
    ...(failure ? [coloured('unknown', `  It could not be finished: ${failure}`)] : []),
    ...notValidLines(checks),
  ].join('\n')
}
