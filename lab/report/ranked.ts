// Models in the order of a measure. "<" only where the ranges of the repetitions do not touch; "≈" is indistinguishable.
import { compare, repeated } from '#common/experiment/latency/compare.ts'
import { type Subject, valuesOf } from './subjects.ts'

/** `sync-rest < async-rabbitmq ≈ streaming-kafka`; empty where fewer than two were measured more than once. */
export function ranked(subjects: readonly Subject[], name: string): string {
  const known = subjects
    .map(({ model, ...subject }) => ({ model, values: valuesOf({ model, ...subject }, name) }))
    .filter(({ values }) => values.length > 1)
    .sort((one, other) => repeated(one.values).median - repeated(other.values).median)
  if (known.length < 2) return ''
  const isLower = (one: number, other: number) =>
    compare(known[one]?.values ?? [], known[other]?.values ?? []).verdict === 'lower'
  const chain = known.map(({ model }, nth) => (nth === 0 ? model : `${isLower(nth - 1, nth) ? '<' : '≈'} ${model}`))
  // Two that are apart may have one between them that touches both.
  const apart = known.flatMap((one, nth) =>
    known.slice(nth + 2).flatMap((other, beyond) => {
      const last = nth + 2 + beyond
      const touching = Array.from({ length: last - nth }, (_, step) => !isLower(nth + step, nth + step + 1))
      return touching.every(Boolean) && isLower(nth, last) ? [`${one.model} < ${other.model}`] : []
    }),
  )
  return [chain.join(' '), ...apart].join('; ')
}
