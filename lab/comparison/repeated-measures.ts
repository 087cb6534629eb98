// What a subject's repetitions say of one measure: the one rule for all tables, sentences and claims of a comparison.
// Guarantees: there are values only where every repetition has one, for what is void is seldom void by chance, and the
// rest would flatter. Else the first reason is said.
import { repeated } from '#engine/analysis/latency/compare.ts'
import type { Measure, Summary, Result } from '#engine/run/summary.ts'
import { cell, NOTHING, withUnit } from '../report/terminal/numbers.ts'
import { type Verdict, worst } from '#engine/checks/verdict.ts'

export type RepeatedMeasure = {
  subject: ConfigurationResults
  unit: string
  /** One a repetition. */
  values: number[]
  /** Whether one of them could be more. */
  atLeast: boolean
  /** Why there are no values, where a reason is known. */
  note?: string
}

/** Undefined where no repetition measured it. */
export function repeatedMeasureOf(subject: ConfigurationResults, name: string): RepeatedMeasure | undefined {
  const { variant, results } = subject
  const found = results.flatMap(({ measures }) =>
    measures.filter(each => each.variant === variant && each.name === name),
  )
  const [first] = found
  if (!first) return undefined
  const values = found.flatMap(({ value }) => value ?? [])
  const reading = { subject, unit: first.unit, atLeast: found.some(({ atLeast }) => atLeast) }
  if (values.length === results.length) return { ...reading, values }
  const note = found.find(({ value }) => value === null)?.note
  const why = note ?? (found.length < results.length ? 'a repetition could not be finished' : undefined)
  return { ...reading, values: [], ...(why !== undefined && { note: why }) }
}

/** Those that have values, of all subjects of a scenario. @param rate of the healthy runs */
export function repeatedMeasuresOf(
  { results, comparison }: Summary,
  scenario: string,
  name: string,
  rate?: number,
): RepeatedMeasure[] {
  const own = results.filter(
    ({ cell }) => cell?.scenario === scenario && (rate ?? cell.ordersPerSecond) === cell.ordersPerSecond,
  )
  return configurationsOf(own, comparison?.models ?? [])
    .map(subject => repeatedMeasureOf(subject, name))
    .filter(reading => reading !== undefined)
    .filter(({ values }) => values.length > 0)
}

/** Of each model the composition that stands for it. */
export const headlines = (readings: readonly RepeatedMeasure[]): RepeatedMeasure[] =>
  readings.filter(({ subject }) => subject.isFirst)

/** Of the repetitions the median; null where there are no values. */
export const medianOf = ({ values, unit, atLeast }: RepeatedMeasure): Pick<Measure, 'value' | 'unit' | 'atLeast'> => ({
  value: values.length === 0 ? null : repeated(values).median,
  unit,
  atLeast,
})

/** As a sentence says it: `1.9 ms`. */
export const formatted = (reading: RepeatedMeasure): string => withUnit(medianOf(reading))

/** As a table shows it: `1.9`, of several `1.9 (1.8–2.2)`. */
export function shown(reading: RepeatedMeasure): string {
  const { values, unit } = reading
  if (values.length === 0) return NOTHING
  const { low, high } = repeated(values)
  const range = low === high ? '' : ` (${cell({ value: low, unit })}–${cell({ value: high, unit })})`
  return `${cell(medianOf(reading))}${range}`
}

// What a comparison sets side by side: each model in each of its compositions, with the results of all its repetitions.

export type ConfigurationResults = {
  model: string
  variant: string
  /** Whether the composition stands for its model. */
  isFirst: boolean
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
      isFirst: nth === 0,
      disabledSafeguard,
      results: own,
    }))
  })
}

/** By rate, the lowest first. */
export const byRate = (results: readonly Result[]): [number, Result[]][] =>
  [...Map.groupBy(results, ({ cell }) => cell?.ordersPerSecond ?? 0)].sort(([one], [other]) => one - other)

/** Of all its checks in all repetitions the worst; unknown where one could not be finished. */
export const verdictOf = ({ results, variant }: Pick<ConfigurationResults, 'results' | 'variant'>): Verdict =>
  worst(
    results.flatMap(({ checks, failure }): Verdict[] => [
      ...checks.filter(check => check.variant === variant).map(({ verdict }) => verdict),
      ...(failure === undefined ? [] : ['unknown' as const]),
    ]),
  )
