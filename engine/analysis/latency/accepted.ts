/**
 * How long clients waited for their answer, by two clocks.
 *
 * `corrected` counts from the planned start, so that a target that stalls is charged for those it kept from starting
 * (the correction of wrk2); `uncorrected` counts from the real start and stands beside it to show the difference.
 * An attempt without an answer counts at its deadline, as "at least", also when it failed sooner: a fast failure is
 * not a fast answer. Stopped attempts are left out, because their wait was cut short by the one who measures.
 */
import type { Attempt } from '../../load/attempt.ts'
import { type Percentiles, percentiles, type Sample } from './percentiles.ts'

export type Accepted = { corrected: Percentiles; uncorrected: Percentiles }

/** Accepted latency of the attempts of one variant, all with the same deadline. */
export function acceptedLatency(attempts: readonly Attempt[], deadlineMs: number): Accepted {
  const { corrected, uncorrected } = acceptedSamples(attempts, deadlineMs)
  return { corrected: percentiles(corrected), uncorrected: percentiles(uncorrected) }
}

/** The samples behind `acceptedLatency`. */
export function acceptedSamples(attempts: readonly Attempt[], deadlineMs: number): Record<keyof Accepted, Sample[]> {
  const measured = attempts.filter(({ answer }) => answer.kind !== 'aborted')
  const from = (clock: (attempt: Attempt) => number): Sample[] =>
    measured.map(attempt => sample(attempt, clock(attempt), deadlineMs))
  return { corrected: from(({ plannedNs }) => plannedNs), uncorrected: from(({ startedNs }) => startedNs) }
}

function sample({ startedNs, answeredNs }: Attempt, fromNs: number, deadlineMs: number): Sample {
  if (answeredNs === undefined) return { ms: (startedNs - fromNs) / 1e6 + deadlineMs, atLeast: true }
  return { ms: (answeredNs - fromNs) / 1e6, atLeast: false }
}
