// Models in the order of a measure. "<" only where the ranges of the repetitions do not touch; "≈" is indistinguishable; "?"
// is unknown, because what stands first is "at least" so much.
import { ascending, isLess } from '../../comparison/differences.ts'
import { type RepeatedMeasure, repeatedMeasureOf } from '../../comparison/repeated-measures.ts'
import type { ConfigurationResults } from '../../comparison/configurations.ts'

/** `sync-rest < async-rabbitmq ≈ streaming-kafka`; empty where fewer than two were measured more than once. */
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
