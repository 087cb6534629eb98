// What a subject's repetitions say of one measure: the one rule for all tables, sentences and claims of a comparison.
// Guarantees: there are values only where every repetition has one, for what is void is seldom void by chance, and the
// rest would flatter. Else the first reason is said.
import { repeated } from '#engine/analysis/latency/compare.ts'
import type { Measure, Summary } from '#engine/run/summary.ts'
import { cell, NOTHING, withUnit } from '../report/terminal/numbers.ts'
import { type Subject, subjectsOf } from './configurations.ts'

export type Reading = {
  subject: Subject
  unit: string
  /** One a repetition. */
  values: number[]
  /** Whether one of them could be more. */
  atLeast: boolean
  /** Why there are no values, where a reason is known. */
  note?: string
}

/** Undefined where no repetition measured it. */
export function readingOf(subject: Subject, name: string): Reading | undefined {
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

/** Those that have values, of all subjects of a fault. @param rate of the healthy runs */
export function readingsOf({ results, comparison }: Summary, fault: string, name: string, rate?: number): Reading[] {
  const own = results.filter(
    ({ cell }) => cell?.fault === fault && (rate ?? cell.ordersPerSecond) === cell.ordersPerSecond,
  )
  return subjectsOf(own, comparison?.models ?? [])
    .map(subject => readingOf(subject, name))
    .filter(reading => reading !== undefined)
    .filter(({ values }) => values.length > 0)
}

/** Of each model the composition that stands for it. */
export const headlines = (readings: readonly Reading[]): Reading[] => readings.filter(({ subject }) => subject.isFirst)

/** Of the repetitions the median; null where there are no values. */
export const medianOf = ({ values, unit, atLeast }: Reading): Pick<Measure, 'value' | 'unit' | 'atLeast'> => ({
  value: values.length === 0 ? null : repeated(values).median,
  unit,
  atLeast,
})

/** As a sentence says it: `1.9 ms`. */
export const said = (reading: Reading): string => withUnit(medianOf(reading))

/** As a table shows it: `1.9`, of several `1.9 (1.8–2.2)`. */
export function shown(reading: Reading): string {
  const { values, unit } = reading
  if (values.length === 0) return NOTHING
  const { low, high } = repeated(values)
  const range = low === high ? '' : ` (${cell({ value: low, unit })}–${cell({ value: high, unit })})`
  return `${cell(medianOf(reading))}${range}`
}
