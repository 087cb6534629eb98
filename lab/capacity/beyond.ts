// What a model does with more orders than it can sustain, from the history of one probe beyond its capacity.
import type { ErrorCode } from '#common/contracts/errors.ts'
import { orderTimelines } from '#engine/analysis/order-timeline.ts'
import type { History } from '#engine/run/history.ts'
import type { Beyond, Probe } from './capacity-file.ts'

/** A 503 with a Retry-After: the conformance suite holds that. */
const TURNED_AWAY: ErrorCode = 'overloaded'

export function beyondOf(probe: Probe, history: History): Beyond {
  const measured = orderTimelines(history).flatMap(({ attempt }) => attempt ?? [])
  const turnedAway = measured.filter(({ answer }) => answer.kind === 'status' && answer.code === TURNED_AWAY)
  return {
    probe,
    shedShare: measured.length === 0 ? 0 : turnedAway.length / measured.length,
    recoverySeconds: history.clocksAgree && history.quiescent ? recoverySeconds(history) : null,
  }
}

function recoverySeconds(history: History): number {
  const lastStartNs = history.attempts.reduce((last, { startedNs }) => Math.max(last, startedNs), 0)
  const lastDecisionNs = orderTimelines(history).reduce((last, { decidedNs = 0 }) => Math.max(last, decidedNs), 0)
  return Math.max(0, lastDecisionNs - lastStartNs) / 1e9
}
