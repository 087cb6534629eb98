// What the repetitions of a configuration measured: the one rule for all tables, sentences and differences of a comparison.
// Guarantees: a repeated measure has values only where every repetition has one, since a void value is seldom void by chance
// and the others would flatter. Where it has none it carries the first reason.
import { ranged, type Repeated, repeated, trendOf } from '#engine/analysis/repetitions.ts'
import type { Comparison, Measure, Result, Summary } from '#engine/run/summary.ts'
import { SIGNS } from '../report/terminal/report.ts'
import { footnotes, type Grid, headOf, NOTHING, numberText, withUnit } from '../report/terminal/table.ts'
import { type Verdict, worst } from '#engine/checks/check.ts'

export type About = Comparison['about'][number]

/** A scenario of a comparison with its results. `models`: in the order in which they are shown. */
export type ScenarioResults = { about: About; models: readonly string[]; results: readonly Result[] }

export const scenarioResultsOf = ({ about, models }: Comparison, results: readonly Result[]): ScenarioResults[] =>
  about.map(each => ({
    about: each,
    models,
    results: results.filter(({ cell }) => cell?.scenario === each.name),
  }))

/** A model in one of its configurations, with the results of all its repetitions. */
export type ConfigurationResults = {
  model: string
  variant: string
  /** Whether the configuration stands for its model. */
  isMain: boolean
  /** The safeguard that it leaves out on purpose. */
  disabledSafeguard: string | undefined
  results: Result[]
}

/** Of results of one scenario and rate. @param models in the order in which they are shown */
export function configurationsOf(results: readonly Result[], models: readonly string[]): ConfigurationResults[] {
  return models.flatMap(model => {
    const own = results.filter(result => result.model === model)
    const variants = own.find(each => each.variants.length > 0)?.variants ?? []
    return variants.map(({ name, disabledSafeguard }, nth) => ({
      model,
      variant: name,
      isMain: nth === 0,
      disabledSafeguard,
      results: own,
    }))
  })
}

/** By rate, the lowest first. */
export const byRate = (results: readonly Result[]): [number, Result[]][] =>
  [...Map.groupBy(results, ({ cell }) => cell?.ordersPerSecond ?? 0)].sort(([one], [other]) => one - other)

/** The worst of its checks in all repetitions; unknown where a repetition could not be finished. */
export const verdictOf = ({ results, variant }: Pick<ConfigurationResults, 'results' | 'variant'>): Verdict =>
  worst(
    results.flatMap(({ checks, failure }): Verdict[] => [
      ...checks.filter(check => check.variant === variant).map(({ verdict }) => verdict),
      ...(failure === undefined ? [] : ['unknown' as const]),
    ]),
  )

export type RepeatedMeasure = {
  configuration: ConfigurationResults
  unit: string
  /** One for each repetition. */
  values: number[]
  /** Whether one of them is only a lower bound. */
  atLeast: boolean
  /** Why there are no values, where a reason is known. */
  note?: string
  /** The arithmetic by which the fault sets it: it is shown, and nothing is said of the model by it. */
  setByFault?: string
}

/** Undefined where no repetition measured it. */
export function repeatedMeasureOf(configuration: ConfigurationResults, name: string): RepeatedMeasure | undefined {
  const { variant } = configuration
  // Whatever was resumed in between: a trend is one of their sequence.
  const results = configuration.results.toSorted((one, other) => (one.cell?.repeat ?? 0) - (other.cell?.repeat ?? 0))
  const found = results.flatMap(({ measures }) =>
    measures.filter(each => each.variant === variant && each.name === name),
  )
  const [first] = found
  if (!first) return undefined
  const values = found.flatMap(({ value }) => value ?? [])
  const setByFault = results.flatMap(
    ({ variants }) => variants.find(each => each.name === variant)?.setByFault?.[name] ?? [],
  )[0]
  const measure = {
    configuration,
    unit: first.unit,
    atLeast: found.some(({ atLeast }) => atLeast),
    ...(setByFault !== undefined && { setByFault }),
  }
  if (values.length === results.length) return { ...measure, values }
  const note = found.find(({ value }) => value === null)?.note
  const why = note ?? (found.length < results.length ? 'a repetition could not be finished' : undefined)
  return { ...measure, values: [], ...(why !== undefined && { note: why }) }
}

/** Those that have values, of all configurations of a scenario, and are not set by the fault. @param rate of the healthy runs */
export const repeatedMeasuresOf = (
  summary: Summary,
  scenario: string,
  name: string,
  rate?: number,
): RepeatedMeasure[] => allMeasuresOf(summary, scenario, name, rate).filter(isComparable)

/** Whether it has values that say something of the model. */
export const isComparable = ({ values, setByFault }: RepeatedMeasure): boolean =>
  values.length > 0 && setByFault === undefined

/** Of the main configurations those that are void, unfinished or set by the fault: nothing may be said of all models then. */
export const unmeasuredOf = (summary: Summary, scenario: string, name: string, rate?: number): RepeatedMeasure[] =>
  allMeasuresOf(summary, scenario, name, rate).filter(measure => measure.configuration.isMain && !isComparable(measure))

/** Of all configurations of a scenario, also what is void or set by the fault. @param rate of the healthy runs */
export function allMeasuresOf(
  { results, comparison }: Summary,
  scenario: string,
  name: string,
  rate?: number,
): RepeatedMeasure[] {
  const own = results.filter(
    ({ cell }) => cell?.scenario === scenario && (rate ?? cell.ordersPerSecond) === cell.ordersPerSecond,
  )
  return configurationsOf(own, comparison?.models ?? [])
    .map(configuration => repeatedMeasureOf(configuration, name))
    .filter(measure => measure !== undefined)
}

/** Whether every check of the configuration held, at every rate and in every repetition, and it has all its safeguards. */
export function isSound({ results }: Summary, scenario: string, { configuration }: RepeatedMeasure): boolean {
  const { model, variant, disabledSafeguard } = configuration
  const own = results.filter(result => result.model === model && result.cell?.scenario === scenario)
  return disabledSafeguard === undefined && verdictOf({ results: own, variant }) === 'valid'
}

/** The same of the main configurations alone: one for each model. */
export const mainMeasuresOf = (summary: Summary, scenario: string, name: string, rate?: number): RepeatedMeasure[] =>
  repeatedMeasuresOf(summary, scenario, name, rate).filter(({ configuration }) => configuration.isMain)

/** How long a killed service or broker was down: from its kill until it was healthy again. Undefined where nothing was killed. */
export function outageOf(configuration: ConfigurationResults): RepeatedMeasure | undefined {
  const { variant, results } = configuration
  const values = results.flatMap(({ marks }) => {
    const kill = marks.find(mark => mark.variant === variant && mark.label.startsWith('kill '))
    return kill?.toSeconds === undefined ? [] : [1_000 * (kill.toSeconds - kill.fromSeconds)]
  })
  return values.length > 0 && values.length === results.length
    ? { configuration, unit: 'ms', values, atLeast: false }
    : undefined
}

/** The median of the repetitions; null where there are no values. */
export const medianOf = ({ values, unit, atLeast }: RepeatedMeasure): Pick<Measure, 'value' | 'unit' | 'atLeast'> => ({
  value: values.length === 0 ? null : ranged(values).median,
  unit,
  atLeast,
})

/** 0 where there are no values. */
export const medianValueOf = (measure: RepeatedMeasure): number => medianOf(measure).value ?? 0

export const modelOf = ({ configuration }: RepeatedMeasure): string => configuration.model

/** The median for a sentence: `1.9 ms`. */
export const formatted = (measure: RepeatedMeasure): string => withUnit(medianOf(measure))

/** Times and amounts, which no single repetition decides; a share or a count of orders is bad if it was so once. */
const isAmount = (unit: string): boolean => /^(ms|MB|.*\/.*)$/.test(unit)

/** @throws RangeError where there are no values */
export const spreadOf = ({ values, unit }: RepeatedMeasure): Repeated =>
  isAmount(unit) ? repeated(values) : ranged(values)

/** The median for a table: `1.9`, of several repetitions `1.9 (1.8–2.2)` with their spread. */
export function formattedWithSpread(measure: RepeatedMeasure): string {
  const { values, unit } = measure
  if (values.length === 0) return NOTHING
  const { low, high } = spreadOf(measure)
  const range = low === high ? '' : ` (${numberText({ value: low, unit })}–${numberText({ value: high, unit })})`
  return `${numberText(medianOf(measure))}${range}`
}

const TREND_MARKS = { rises: ' ↗', falls: ' ↘' }
const MEANING_OF_TRENDS =
  '↗ and ↘: it rises or falls from one repetition to the next; of a hundred figures that stay as they are one bears such a mark by chance'

/** In the sequence of the repetitions. */
const trendMark = ({ values }: RepeatedMeasure): string => {
  const trend = trendOf(values)
  return trend === undefined ? '' : TREND_MARKS[trend]
}

/** The middle one of the rates that were run. */
export const middleRate = ({ comparison }: Summary): number => {
  const rates = (comparison?.rates ?? []).toSorted((one, other) => one - other)
  return rates[Math.floor(rates.length / 2)] ?? 0
}

/**
 * The table of one scenario at one rate, for the terminal, the page and the report: a row for each configuration, its verdict
 * beside its numbers. Measures that none of them has are left out.
 */
export function scenarioGrid(configurations: readonly ConfigurationResults[]): Grid {
  const { dash, marked, notes } = footnotes()
  const names = [...new Set(configurations.flatMap(({ results }) => results.flatMap(({ columns }) => columns)))]
  const columns = names.flatMap(name => {
    const measures = configurations.map(configuration => repeatedMeasureOf(configuration, name))
    const unit = measures.find(measure => measure !== undefined)?.unit
    return unit === undefined ? [] : [{ head: headOf(name, unit), measures }]
  })
  const rows = configurations.map((configuration, nth) => ({
    name: `${configuration.model}\n${configuration.variant}`,
    cells: [
      verdictCell(configuration),
      ...columns.map(({ measures }) => {
        const measure = measures[nth]
        return measure && measure.values.length > 0
          ? marked(`${formattedWithSpread(measure)}${trendMark(measure)}`, measure.setByFault)
          : dash(measure?.note)
      }),
    ],
  }))
  const hasTrend = rows.some(({ cells }) => cells.some(text => /[↗↘]/.test(text)))
  return {
    heads: [headOf('verdict'), ...columns.map(({ head }) => head)],
    rows,
    notes: [...notes(), ...(hasTrend ? [MEANING_OF_TRENDS] : [])],
  }
}

function verdictCell(configuration: ConfigurationResults): string {
  const verdict = verdictOf(configuration)
  const aside =
    configuration.disabledSafeguard === undefined ? '' : `\n(without its ${configuration.disabledSafeguard})`
  return `${SIGNS[verdict]} ${verdict}${aside}`
}
