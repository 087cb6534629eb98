// The scorecard: what a user may need, against the models, with one figure in a cell. Guarantees: a figure is shown with the spread
// of its repetitions and the verdict of its runs; only what was judged valid, with all its safeguards, counts for an answer; a
// difference is named only where it is beyond doubt (differences.ts), and none between models that all meet the need.
import type { Verdict } from '#engine/checks/check.ts'
import type { Summary } from '#engine/run/summary.ts'
import { SIGNS } from '../report/terminal/report.ts'
import { footnotes, isUnitShown } from '../report/terminal/table.ts'
import { best, isLess } from './differences.ts'
import { type Need, needs, rateOf } from './needs.ts'
import {
  allMeasuresOf,
  byRate,
  configurationsOf,
  formattedWithSpread,
  isComparable,
  isSound,
  modelOf,
  type RepeatedMeasure,
  repeatedMeasureOf,
  scenarioResultsOf,
  spreadOf,
  verdictOf,
} from './repeated-measures.ts'

/** `good`: it meets the need, or nothing measured is better beyond doubt; `behind`: it does not, or was judged invalid; `none`: it is not compared. */
export type Standing = 'good' | 'behind' | 'none'

export type ScorecardCell = {
  /** A figure with its spread, or a dash with the number of its note. */
  text: string
  /** Where it is not the configuration that stands for the model. */
  configuration?: string
  /** Of the runs that the figure is of. */
  verdict?: Verdict
  standing: Standing
}

export type ScorecardRow = {
  need: string
  scenario: string
  /** What the figures say, with their unit. */
  measured: string
  /** One for each model. */
  cells: ScorecardCell[]
  answer: string
}

export type Scorecard = { models: readonly string[]; rows: ScorecardRow[]; notes: string[] }

/** What is spread alike, by unit. */
const KINDS: Readonly<Record<string, string>> = { ms: 'a latency', 's/1,000 orders': 'CPU time', MB: 'memory' }

/** How far the repetitions of one configuration lie apart in the run; empty where nothing was measured more than once. */
export function spreadText({ comparison, results, machine }: Summary): string {
  const names = [...new Set(needs.map(({ measure }) => measure))]
  const configurations = comparison
    ? scenarioResultsOf(comparison, results).flatMap(scenario =>
        byRate(scenario.results).flatMap(([, own]) => configurationsOf(own, scenario.models)),
      )
    : []
  const measures = configurations
    .flatMap(configuration => names.flatMap(name => repeatedMeasureOf(configuration, name) ?? []))
    .filter(measure => isComparable(measure) && measure.values.length > 1)
  const greatest = Object.entries(KINDS).flatMap(([unit, kind]) => {
    const ratios = measures.filter(measure => measure.unit === unit).map(ratioOf)
    return ratios.length === 0 ? [] : [`${kind} differed by up to ${Math.max(...ratios).toFixed(1)} times`]
  })
  if (greatest.length === 0) return ''
  return `One machine, ${machine.cores} × ${machine.cpu}. Between repetitions of the same configuration ${conjunction.format(greatest)}: a smaller difference between models should decide nothing.`
}

function ratioOf(measure: RepeatedMeasure): number {
  const { low, high } = spreadOf(measure)
  return low > 0 ? high / low : 1
}

const conjunction = new Intl.ListFormat('en-GB', { type: 'conjunction' })

export const ABOUT_THE_SCORECARD =
  'A figure is the median of the repetitions, with their spread; before it stands the verdict of its runs. Where a model was run in several configurations the best one is shown, and named where it is not the one that stands for the model.'

/** For a page or a terminal: `✔ 3.44 (3.20–4.91)`, with the configuration on a line of its own. */
export const cellText = ({ text, verdict, configuration }: ScorecardCell): string =>
  [
    `${verdict === undefined ? '' : `${SIGNS[verdict]} `}${text}`,
    ...(configuration === undefined ? [] : [configuration]),
  ].join('\n')

/** Undefined where nothing was measured that it could rest on: also of a quick run, whose few orders advise nothing. */
export function scorecard(summary: Summary): Scorecard | undefined {
  if (!summary.comparison || summary.profile === 'quick') return undefined
  const { models } = summary.comparison
  const notes = footnotes()
  const rows = needs.flatMap(need => rowOf(summary, models, need, notes) ?? [])
  if (rows.length === 0) return undefined
  const untold = needs
    .filter(({ need }) => rows.every(row => row.need !== need))
    .map(({ need, measure }) => `${need} (${measure})`)
  const why = untold.length === 0 ? [] : [`Nothing that was judged valid was measured for: ${untold.join(' ')}`]
  return { models, rows, notes: [...notes.notes(), ...why] }
}

function rowOf(
  summary: Summary,
  models: readonly string[],
  need: Need,
  notes: ReturnType<typeof footnotes>,
): ScorecardRow | undefined {
  const rate = rateOf(need, summary)
  const all = allMeasuresOf(summary, need.scenario, need.measure, rate)
  const compared = all.filter(measure => isComparable(measure) && isSound(summary, need.scenario, measure))
  const [first] = compared
  if (!first) return undefined
  const ofModels = models.flatMap(model => ofModel(need, compared, model) ?? [])
  const good = goodOf(need, ofModels)
  const without = summary.comparison?.about.find(({ name }) => name === need.scenario)?.without ?? {}
  const cells = models.map((model): ScorecardCell => {
    const measure = ofModels.find(each => modelOf(each) === model)
    if (measure) return cellOf(measure, good.includes(measure) ? 'good' : 'behind')
    if (without[model] !== undefined) return { text: notes.dash(without[model]), standing: 'behind' }
    const main = all.find(each => modelOf(each) === model && each.configuration.isMain)
    if (main && main.values.length > 0 && verdictOf(main.configuration) === 'invalid') return cellOf(main, 'behind')
    if (!main || main.values.length === 0) return { text: notes.dash(main?.note), standing: 'none' }
    const cell = cellOf(main, 'none')
    return { ...cell, text: notes.marked(cell.text, main.setByFault) }
  })
  return {
    need: need.need,
    scenario: need.scenario,
    measured: measuredText(need, rate, first),
    cells,
    answer: answerOf(need, good, models, cells),
  }
}

/** With the rate or the length of the fault, and the unit. */
function measuredText({ about }: Need, rate: number | undefined, { configuration, unit }: RepeatedMeasure): string {
  const { faultMs } = configuration.results[0]?.settings ?? {}
  const during = !faultMs ? '' : ` (planned: ${faultMs / 1_000} s)`
  const at = rate === undefined ? during : ` at ${rate} orders/s`
  return `${about}${at}${isUnitShown(unit) ? ` [${unit}]` : ''}`
}

/** Of a model's configurations the best one; the one that stands for it where no other is better beyond doubt. */
function ofModel({ wanted }: Need, compared: readonly RepeatedMeasure[], model: string): RepeatedMeasure | undefined {
  const leading = best(
    compared.filter(measure => modelOf(measure) === model),
    wanted,
  )
  return leading.find(({ configuration }) => configuration.isMain) ?? leading[0]
}

/** Whether the whole spread meets the need; never where no limit of it is known. */
function meets({ wanted, enough }: Need, measure: RepeatedMeasure): boolean {
  if (!enough) return false
  const { low, high } = spreadOf(measure)
  return wanted === 'most' ? low >= enough.value : !measure.atLeast && high <= enough.value
}

/** Those that meet the need, and those that are not worse than one of them beyond doubt; where none meets it, the best ones. */
function goodOf(need: Need, measures: readonly RepeatedMeasure[]): RepeatedMeasure[] {
  const meeting = measures.filter(measure => meets(need, measure))
  if (meeting.length === 0) return best(measures, need.wanted)
  const isWorse = (one: RepeatedMeasure, other: RepeatedMeasure): boolean =>
    need.wanted === 'most' ? isLess(one, other) : isLess(other, one)
  return measures.filter(measure => meets(need, measure) || meeting.some(other => !isWorse(measure, other)))
}

const cellOf = (measure: RepeatedMeasure, standing: Standing): ScorecardCell => ({
  text: formattedWithSpread(measure),
  ...(!measure.configuration.isMain && { configuration: measure.configuration.variant }),
  verdict: verdictOf(measure.configuration),
  standing,
})

const disjunction = new Intl.ListFormat('en-GB', { type: 'disjunction' })

function answerOf(
  need: Need,
  good: readonly RepeatedMeasure[],
  models: readonly string[],
  cells: readonly ScorecardCell[],
): string {
  const once = good.some(({ values }) => values.length < 2) ? ' (measured once)' : ''
  const limit = good.every(measure => meets(need, measure)) ? need.enough?.text : undefined
  if (good.length === models.length)
    return `${limit === undefined ? 'no difference measured' : `no difference that matters: ${limit}`}${once}`
  const notCompared = models.filter((_, nth) => cells[nth]?.standing === 'none')
  const rest = notCompared.length > 0 ? `; not compared: ${notCompared.join(', ')}` : ''
  return `${disjunction.format(good.map(modelOf))}${limit === undefined ? '' : `: ${limit}`}${once}${rest}`
}
