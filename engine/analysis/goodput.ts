// Goodput: what is done in time while more is requested than can be done; and how soon those who are turned away know it. From
// a history alone.
import { ERRORS, type ErrorCode } from '#common/contracts/errors.ts'
import type { Span } from '../load/plan.ts'
import type { History } from '../run/history.ts'
import type { Measure } from '../run/summary.ts'
import { percentiles, type Sample } from './latency.ts'
import { CLOCKS_DIFFER, GENERATOR_BOUND, latency } from './measures.ts'
import { isCompleted, orderTimelines } from './order-timeline.ts'

/** Orders that were decided in the span, as planned and so soon after their planned start, in percent of what could be. */
export function goodput(
  history: History,
  { fromMs, toMs }: Span,
  { perSecond, inTimeMs }: { perSecond: number; inTimeMs: number },
): Pick<Measure, 'value' | 'note'> {
  if (!history.clocksAgree) return { value: null, note: CLOCKS_DIFFER }
  const msOf = (ns: number) => (ns - history.originNs) / 1e6
  const inTime = orderTimelines(history, { all: true }).filter(timeline => {
    const { attempt, decidedNs } = timeline
    if (!attempt || decidedNs === undefined || !isCompleted(timeline)) return false
    const atMs = msOf(decidedNs)
    return atMs >= fromMs && atMs < toMs && atMs - msOf(attempt.plannedNs) <= inTimeMs
  })
  return { value: (100_000 * inTime.length) / (perSecond * (toMs - fromMs)) }
}

const isRefusal = (code: string | undefined): boolean =>
  code !== undefined && Object.hasOwn(ERRORS, code) && ERRORS[code as ErrorCode].status === 503

/** How long those waited who were answered 503, from the start of their request: a late generator made none of them wait. */
export const refusals = ({ attempts }: History): Sample[] =>
  attempts.flatMap(({ answer, answeredNs, startedNs }) =>
    answer.kind === 'status' && isRefusal(answer.code) && answeredNs !== undefined
      ? [{ ms: (answeredNs - startedNs) / 1e6, lateMs: 0, atLeast: false }]
      : [],
  )

/** `turned away p50` and so on. */
export function refusalMeasures(history: History): Omit<Measure, 'variant'>[] {
  const why = history.generator.connections.saturated ? GENERATOR_BOUND : undefined
  return latency('turned away', percentiles(refusals(history)), why)
}
