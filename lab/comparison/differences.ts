// Which of two readings is less, and which of several is best.
// A difference is claimed where the ranges of the repetitions do not touch. What ran once claims none that is small: it
// takes twice as much, or ten points of a hundred.
import { compare } from '#engine/analysis/latency/compare.ts'
import { medianOf, type RepeatedMeasure } from './repeated-measures.ts'

const TIMES = 2
const POINTS = 10

/** Beyond doubt: what is "at least" so much is less than nothing. Both have values. */
export function isLess(one: RepeatedMeasure, other: RepeatedMeasure): boolean {
  if (one.atLeast) return false
  const { verdict } = compare(one.values, other.values)
  if (verdict !== 'unknown') return verdict === 'lower'
  const [less, more] = [medianOf(one).value ?? 0, medianOf(other).value ?? 0]
  return one.unit === '%' ? more - less >= POINTS : more >= TIMES * less && more > 0
}

/** The least first. */
export const ascending = (readings: readonly RepeatedMeasure[]): RepeatedMeasure[] =>
  readings.toSorted((one, other) => (medianOf(one).value ?? 0) - (medianOf(other).value ?? 0))

/** The best, with those that cannot be told from it. */
export function best(readings: readonly RepeatedMeasure[], wanted: 'least' | 'most'): RepeatedMeasure[] {
  const ordered = wanted === 'least' ? ascending(readings) : ascending(readings).toReversed()
  const [first] = ordered
  if (!first) return []
  const isWorse = (each: RepeatedMeasure) => (wanted === 'least' ? isLess(first, each) : isLess(each, first))
  return ordered.filter(each => !isWorse(each))
}
