// What each second was like: what was sent and answered in it, and how long it took.
import { nearestRank } from '#engine/analysis/latency.ts'
import type { Attempt } from '#engine/load/attempt.ts'
import type { AnswerKind, Second } from './page/protocol.ts'

type Bucket = { sent: number; answers: Record<AnswerKind, number>; accepted: number[]; known: number[] }

export type Seconds = ReturnType<typeof collectSeconds>

export function collectSeconds(originNs: number) {
  const buckets = new Map<number, Bucket>()
  let told = 0
  const secondOf = (ns: number): number => Math.floor((ns - originNs) / 1e9)
  const at = (ns: number): Bucket => {
    // What is read late belongs to the first second that nobody has been told of.
    const second = Math.max(told, secondOf(ns))
    const bucket = buckets.get(second) ?? { sent: 0, answers: none(), accepted: [], known: [] }
    buckets.set(second, bucket)
    return bucket
  }
  return {
    sent: (ns: number) => void at(ns).sent++,
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
        const { sent, answers, accepted, known } = buckets.get(told) ?? {
          sent: 0,
          answers: none(),
          accepted: [],
          known: [],
        }
        buckets.delete(told)
        const [acceptedP50, acceptedWorst] = middleAndWorst(accepted)
        const [knownP50, knownWorst] = middleAndWorst(known)
        seconds.push({ second: told, sent, answers, acceptedP50, acceptedWorst, knownP50, knownWorst, ...now })
      }
      return seconds
    },
  }
}

const none = (): Record<AnswerKind, number> => ({ waiting: 0, accepted: 0, refused: 0, error: 0, none: 0 })

function middleAndWorst(values: number[]): [number | null, number | null] {
  if (values.length === 0) return [null, null]
  const sorted = values.toSorted((one, other) => one - other)
  return [nearestRank(sorted, 500), nearestRank(sorted, 1_000)]
}
