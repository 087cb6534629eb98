// What a comparison measured, a row a model and composition, and which of the rows are best.
// A difference is claimed where the ranges of the repetitions do not touch. What ran once claims none that is small: it
// takes twice as much, or ten points of a hundred.
import { compare, repeated } from '#common/experiment/latency/compare.ts'
import type { Summary } from '#common/experiment/summary.ts'
import { withUnit } from '../render/numbers.ts'

export type Reading = {
  model: string
  variant: string
  unit: string
  /** One a repetition. */
  values: number[]
  /** The median as a sentence says it. */
  text: string
}

const TIMES = 2
const POINTS = 10

/** Of each model's compositions, as far as each repetition has a number. @param rate of the healthy runs */
export function readingsOf({ results }: Summary, fault: string, name: string, rate?: number): Reading[] {
  const own = results.filter(
    ({ cell }) => cell?.fault === fault && (rate ?? cell.ordersPerSecond) === cell.ordersPerSecond,
  )
  return [...Map.groupBy(own, ({ model }) => model)].flatMap(([model, repetitions]) =>
    (repetitions[0]?.variants ?? []).flatMap(({ name: variant }) => {
      const found = repetitions.flatMap(({ measures }) =>
        measures.filter(each => each.variant === variant && each.name === name),
      )
      const values = found.flatMap(({ value }) => (value === null ? [] : [value]))
      const [first] = found
      if (!first || values.length < repetitions.length) return []
      const value = repeated(values).median
      const atLeast = found.some(measure => measure.atLeast)
      return [{ model, variant, unit: first.unit, values, text: withUnit({ ...first, value, atLeast }) }]
    }),
  )
}

/** Of each model the composition that stands for it. */
export const headlines = (readings: readonly Reading[]): Reading[] =>
  readings.filter(({ model, variant }) => readings.find(each => each.model === model)?.variant === variant)

/** The best, with those that cannot be told from it. */
export function best(readings: readonly Reading[], wanted: 'least' | 'most'): Reading[] {
  const sign = wanted === 'least' ? 1 : -1
  const ordered = readings.toSorted(
    (one, other) => sign * (repeated(one.values).median - repeated(other.values).median),
  )
  const [first] = ordered
  return first ? ordered.filter(each => each === first || !differ(first, each)) : []
}

function differ(one: Reading, other: Reading): boolean {
  const { verdict } = compare(one.values, other.values)
  if (verdict !== 'unknown') return verdict !== 'indistinguishable'
  const [least = 0, most = 0] = [repeated(one.values).median, repeated(other.values).median].sort((a, b) => a - b)
  return one.unit === '%' ? most - least >= POINTS : most >= TIMES * least && most > 0
}
