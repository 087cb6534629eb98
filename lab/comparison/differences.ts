// Which of two repeated measures is lower, and which of several is best. Between repetitions a difference is claimed only
// where their spreads do not touch. A single run claims no small difference: one value must be twice the other, or ten
// percentage points away from it. What the fault sets is neither best nor in any order.
import { compare } from '#engine/analysis/repetitions.ts'
import {
  type ConfigurationResults,
  medianValueOf,
  modelOf,
  type RepeatedMeasure,
  repeatedMeasureOf,
  spreadOf,
} from './repeated-measures.ts'

const FACTOR_OF_SINGLE_RUNS = 2
const POINTS_OF_SINGLE_RUNS = 10

/** Beyond doubt: a lower bound is less than nothing. Both must have values. */
export function isLess(one: RepeatedMeasure, other: RepeatedMeasure): boolean {
  if (one.atLeast) return false
  const { verdict } = compare(spreadOf(one), spreadOf(other))
  if (verdict !== 'unknown') return verdict === 'lower'
  const [less, more] = [medianValueOf(one), medianValueOf(other)]
  return one.unit === '%' ? more - less >= POINTS_OF_SINGLE_RUNS : more >= FACTOR_OF_SINGLE_RUNS * less && more > 0
}

const ascending = (measures: readonly RepeatedMeasure[]): RepeatedMeasure[] =>
  measures.toSorted((one, other) => medianValueOf(one) - medianValueOf(other))

/** Not one that the fault sets. */
const isOwn = ({ setByFault }: RepeatedMeasure): boolean => setByFault === undefined

/** The best, and those that are indistinguishable from it. */
export function best(measures: readonly RepeatedMeasure[], wanted: 'least' | 'most'): RepeatedMeasure[] {
  const own = measures.filter(isOwn)
  const ordered = wanted === 'least' ? ascending(own) : ascending(own).toReversed()
  const [first] = ordered
  if (!first) return []
  const isWorse = (each: RepeatedMeasure) => (wanted === 'least' ? isLess(first, each) : isLess(each, first))
  return ordered.filter(each => !isWorse(each))
}

/** Models in the order of one measure, as `rankedBy` writes it. */
export const ranked = (configurations: readonly ConfigurationResults[], name: string): string =>
  rankedBy(configurations.flatMap(configuration => repeatedMeasureOf(configuration, name) ?? []))

/**
 * Models in the order of their measures: `sync-rest < async-rabbitmq ≈ streaming-kafka`; empty where fewer than two were
 * measured more than once. "<" only where the spreads of the repetitions do not touch; "≈" is indistinguishable; "?" is
 * unknown, because the first value is only a lower bound.
 */
export function rankedBy(measures: readonly RepeatedMeasure[]): string {
  const ordered = ascending(measures.filter(measure => isOwn(measure) && measure.values.length > 1))
  if (ordered.length < 2) return ''
  const signs = ordered.slice(1).map((measure, before) => signOf(ordered[before] ?? measure, measure))
  const chain = ordered.map((measure, nth) => (nth === 0 ? '' : `${signs[nth - 1]} `) + modelOf(measure))
  return [chain.join(' '), ...misread(ordered, signs)].join('; ')
}

const signOf = (one: RepeatedMeasure, other: RepeatedMeasure): string => {
  if (isLess(one, other)) return '<'
  return one.atLeast ? '?' : '≈'
}

/** Pairs that are not neighbours, where the chain alone would be misread. */
function misread(ordered: readonly RepeatedMeasure[], signs: readonly string[]): string[] {
  return ordered.flatMap((one, nth) =>
    ordered.slice(nth + 2).flatMap((other, beyond) => {
      const between = signs.slice(nth, nth + beyond + 2)
      const read = ['<', '?'].find(sign => between.includes(sign)) ?? '≈'
      const sign = signOf(one, other)
      return sign === read ? [] : [`${modelOf(one)} ${sign} ${modelOf(other)}`]
    }),
  )
}
