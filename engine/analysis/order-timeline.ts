// The timeline of each order in a history, put together from what the client saw and what the services hold. What a service did
// counts from when it was kept: its commit was on the disk, or the log had acknowledged it. Where the service did not know that any
// more (it was killed or started again since), it counts from when it was written, some tenths of a millisecond earlier. So does a
// release.
import type { Attempt } from '../load/attempt.ts'
import type { History } from '../run/history.ts'
import { oncePerHistory } from '../run/once.ts'
import type { PlannedOrder } from '../load/orders.ts'

export type OrderTimeline = {
  planned: PlannedOrder
  /** The first attempt; undefined when the load was stopped before it. */
  attempt: Attempt | undefined
  /** When the orders table had it. */
  placedNs: number | undefined
  /** When it had its outcome: inventory's decision, or the order service's where inventory was never requested. */
  decidedNs: number | undefined
  /** When the orders table had its outcome, which `GET /order/:orderId` shows from then on. */
  storedNs: number | undefined
  /** When inventory gave back what it had taken for it. */
  releasedNs: number | undefined
  notifiedNs: number | undefined
  outcome: 'reserved' | 'failed' | undefined
  reason: string | undefined
}

/** Timelines of the orders that are measured, in the sequence of the plan; with `all`, those of the warm-up too. */
export const orderTimelines = (history: History, { all = false } = {}): readonly OrderTimeline[] =>
  all || history.warmUpOrders === 0 ? allTimelines(history) : allTimelines(history).slice(history.warmUpOrders)

const allTimelines = oncePerHistory(timelinesOf)

function timelinesOf({ evidence, planned, attempts }: History): OrderTimeline[] {
  const orders = lastOfEach(evidence.orders)
  const decisions = lastOfEach(evidence.decisions)
  const releases = lastOfEach(evidence.movements.filter(({ kind }) => kind === 'release'))
  const notifications = lastOfEach(evidence.notifications)
  const firsts: Attempt[] = []
  for (const attempt of attempts) firsts[attempt.index] ??= attempt
  return planned.map(order => {
    const row = orders.get(order.orderId)
    const decision = decisions.get(order.orderId)
    const failed = decision ? decision.outcome.status === 'failed' || decision.released : row?.status === 'failed'
    const outcome = failed ? 'failed' : decision ? 'reserved' : undefined
    // That it was released says only that it failed; the orders table says why.
    const decidedReason =
      decision?.outcome.status === 'failed' && decision.outcome.reason !== 'released'
        ? decision.outcome.reason
        : undefined
    const storedNs = row?.decidedKeptNs ?? row?.decidedNs ?? undefined
    const notification = notifications.get(order.orderId)
    return {
      planned: order,
      attempt: firsts[order.index],
      placedNs: row?.placedKeptNs ?? row?.placedNs,
      decidedNs: decision?.keptNs ?? decision?.decidedNs ?? (failed ? storedNs : undefined),
      storedNs: row?.status === 'pending' ? undefined : storedNs,
      releasedNs: releases.get(order.orderId)?.atNs,
      notifiedNs: notification?.keptNs ?? notification?.sentNs,
      outcome,
      reason: failed ? (decidedReason ?? row?.reason ?? 'released') : undefined,
    }
  })
}

/** The last row of each order. */
function lastOfEach<Row extends { orderId: string | null }>(rows: readonly Row[]): Map<string | null, Row> {
  const last = new Map<string | null, Row>()
  for (const row of rows) last.set(row.orderId, row)
  return last
}

/** When an order had all that it should have: its outcome and, if reserved, its notification, or its stock was back. */
export function completedNs({ outcome, decidedNs, releasedNs, notifiedNs }: OrderTimeline): number | undefined {
  if (decidedNs === undefined || outcome === undefined) return undefined
  if (outcome === 'failed') return releasedNs ?? decidedNs
  return notifiedNs === undefined ? undefined : Math.max(decidedNs, notifiedNs)
}

/** When its client could know the outcome: from the answer where that says it, else by asking for the order. */
export function knownNs({ attempt, storedNs }: OrderTimeline): number | undefined {
  if (!attempt) return undefined
  const { answer, answeredNs } = attempt
  if (answer.kind !== 'status') return storedNs && Math.max(storedNs, answer.atNs)
  const saysOutcome = answer.status === 201 || (answer.status === 409 && isBusiness(answer.code))
  if (saysOutcome || answeredNs === undefined) return answeredNs
  return storedNs && Math.max(storedNs, answeredNs)
}

/** It was decided as the plan expects: a failure that the plan does not expect is no completion. */
export function isCompleted(timeline: OrderTimeline): boolean {
  if (completedNs(timeline) === undefined) return false
  return timeline.outcome === 'reserved' || (timeline.planned.expected !== 'reserved' && isBusiness(timeline.reason))
}

/** A reason to fail that is the order's own, and no fault's. */
export const isBusiness = (reason: string | null | undefined): boolean =>
  reason === 'out-of-stock' || reason === 'unknown-sku'

/** The answer was the right one: accepted, or the refusal that the plan expects. */
export function isRightAnswer({ attempt, planned }: OrderTimeline): boolean {
  if (attempt?.answer.kind !== 'status') return false
  const { status, code } = attempt.answer
  return (status >= 200 && status < 300) || (status === 409 && planned.expected !== 'reserved' && isBusiness(code))
}

/** When an order was completed; undefined for one that failed against the plan, or never ended. */
export const fulfilledNs = (timeline: OrderTimeline): number | undefined =>
  isCompleted(timeline) ? completedNs(timeline) : undefined

/** Its client was refused or got no answer because of a fault, and no orders table has it. */
export const wasRejected = (timeline: OrderTimeline): boolean =>
  timeline.placedNs === undefined && !isRightAnswer(timeline)

/** It failed, and the plan did not expect it: a fault's doing. */
export const wasAbandoned = (timeline: OrderTimeline): boolean =>
  timeline.outcome === 'failed' && !isCompleted(timeline)
