// Models in the order of a measure. "<" only where the ranges of the repetitions do not touch; "≈" is indistinguishable.
import { ascending, isLess } from '../compare/claims.ts'
import { readingOf } from '../compare/readings.ts'
import type { Subject } from '../compare/subjects.ts'

/** `sync-rest < async-rabbitmq ≈ streaming-kafka`; empty where fewer than two were measured more than once. */
export function ranked(subjects: readonly Subject[], name: string): string {
  const readings = subjects.flatMap(subject => readingOf(subject, name) ?? [])
  const known = ascending(readings.filter(({ values }) => values.length > 1))
  if (known.length < 2) return ''
  const chain = known.map((reading, nth) => {
    const before = known[nth - 1]
    const sign = before ? (isLess(before, reading) ? '< ' : '≈ ') : ''
    return `${sign}${reading.subject.model}`
  })
  return [chain.join(' '), ...apart(known)].join('; ')
}

/** Two that are apart may have one between them that touches both. */
function apart(known: ReturnType<typeof ascending>): string[] {
  const touches = (nth: number) => {
    const [one, other] = [known[nth], known[nth + 1]]
    return one !== undefined && other !== undefined && !isLess(one, other)
  }
  return known.flatMap((one, nth) =>
    known.slice(nth + 2).flatMap((other, beyond) => {
      const between = Array.from({ length: beyond + 2 }, (_, step) => nth + step)
      return between.every(touches) && isLess(one, other) ? [`${one.subject.model} < ${other.subject.model}`] : []
    }),
  )
}
