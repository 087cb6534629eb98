// What each second was like: how requests were answered in it, and how long that took. Each is told of once; what is read later counts in
// the next one.
import { nearestRank } from '#engine/analysis/latency.ts'
import type { Attempt } from '#engine/load/attempt.ts'
import type { AnswerKind, Second } from './page/protocol.ts'

type Bucket = { answers: Second['answers']; accepted: number[]; known: number[] }

export type Seconds = ReturnType<typeof collectSeconds>

export function collectSeconds(originNs: number) {
  const buckets = new Map<number, Bucket>()
  let told = 0
  const secondOf = (ns: number): number => Math.floor((ns - originNs) / 1e9)
  const at = (ns: number): Bucket => {
    const second = Math.max(told, secondOf(ns))
    const bucket = buckets.get(second) ?? emptyBucket()
    buckets.set(second, bucket)
    return bucket
  }
  return {
    answered(attempt: Attempt, kind: AnswerKind) {
      const bucket = at(attempt.answeredNs ?? ('atNs' in attempt.answer ? attempt.answer.atNs : attempt.startedNs))
      bucket.answers[kind]++
      if (kind === 'accepted' && attempt.answeredNs !== undefined)
        bucket.accepted.push((attempt.answeredNs - attempt.plannedNs) / 1e6)
    },
    known: (ns: number, ms: number) => void at(ns).known.push(ms),
    take(untilNs: number, now: Pick<Second, 'deadLetters' | 'cores' | 'open'>): Second[] {
      const seconds: Second[] = []
      for (; told < secondOf(untilNs); told++) {
        const { answers, accepted, known } = buckets.get(told) ?? emptyBucket()
        buckets.delete(told)
        const [acceptedP50, acceptedWorst] = middleAndWorst(accepted)
        const [knownP50, knownWorst] = middleAndWorst(known)
        seconds.push({ second: told, answers, acceptedP50, acceptedWorst, knownP50, knownWorst, ...now })
      }
      return seconds
    },
  }
}

const emptyBucket = (): Bucket => ({
  answers: { waiting: 0, accepted: 0, refused: 0, error: 0, none: 0 },
  accepted: [],
  known: [],
})

function middleAndWorst(values: number[]): [number | null, number | null] {
  if (values.length === 0) return [null, null]
  const sorted = values.toSorted((one, other) => one - other)
  return [nearestRank(sorted, 500), nearestRank(sorted, 1_000)]
}
