// Which of two readings is less, and which of several is best.
// A difference is claimed where the ranges of the repetitions do not touch. What ran once claims none that is small: it
// takes twice as much, or ten points of a hundred.
import { compare } from '#engine/analysis/latency/compare.ts'
import { medianOf, type RepeatedMeasure, repeatedMeasureOf, type ConfigurationResults } from './repeated-measures.ts'

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
const ascending = (readings: readonly RepeatedMeasure[]): RepeatedMeasure[] =>
  readings.toSorted((one, other) => (medianOf(one).value ?? 0) - (medianOf(other).value ?? 0))

/** The best, with those that cannot be told from it. */
export function best(readings: readonly RepeatedMeasure[], wanted: 'least' | 'most'): RepeatedMeasure[] {
  const ordered = wanted === 'least' ? ascending(readings) : ascending(readings).toReversed()
  const [first] = ordered
  if (!first) return []
  const isWorse = (each: RepeatedMeasure) => (wanted === 'least' ? isLess(first, each) : isLess(each, first))
  return ordered.filter(each => !isWorse(each))
}

/**
 * Models in the order of a measure: `sync-rest < async-rabbitmq ≈ streaming-kafka`; empty where fewer than two were measured
 * more than once. "<" only where the ranges of the repetitions do not touch; "≈" is indistinguishable; "?" is unknown, because
 * the first value is only a lower bound.
 */
export function ranked(subjects: readonly ConfigurationResults[], name: string): string {
  const readings = subjects.flatMap(subject => repeatedMeasureOf(subject, name) ?? [])
  const known = ascending(readings.filter(({ values }) => values.length > 1))
  if (known.length < 2) return ''
  const signs = known.slice(1).map((reading, before) => signOf(known[before] ?? reading, reading))
  const chain = known.map(({ subject: { model } }, nth) => (nth === 0 ? model : `${signs[nth - 1]} ${model}`))
  return [chain.join(' '), ...unsaid(known, signs)].join('; ')
}

const signOf = (one: RepeatedMeasure, other: RepeatedMeasure): string => {
  if (isLess(one, other)) return '<'
  return one.atLeast ? '?' : '≈'
}

/** Two that do not stand side by side, where the chain alone would say something else of them. */
function unsaid(known: readonly RepeatedMeasure[], signs: readonly string[]): string[] {
  return known.flatMap((one, nth) =>
    known.slice(nth + 2).flatMap((other, beyond) => {
      const between = signs.slice(nth, nth + beyond + 2)
      const read = ['<', '?'].find(sign => between.includes(sign)) ?? '≈'
      const sign = signOf(one, other)
      return sign === read ? [] : [`${one.subject.model} ${sign} ${other.subject.model}`]
    }),
  )
}
