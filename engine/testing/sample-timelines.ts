/** For tests: a history of a few orders whose timelines are given in milliseconds since the load began. */
import type { FailureReason } from '#common/contracts/order.ts'
import { emptyHistory, type History } from '../run/history.ts'
import type { Answer } from '../load/attempt.ts'
import type { Expected } from '../load/orders.ts'

export type SampleTimeline = {
  /** When it was to start, and did. */
  atMs: number
  /** A status, with a problem's code behind it (`409 out-of-stock`); or no answer. */
  answer: `${number}` | `${number} ${string}` | 'deadline' | 'refused'
  answeredMs?: number
  placedMs?: number
  decidedMs?: number
  /** Inventory's decision; without one inventory was not requested. */
  outcome?: 'reserved' | FailureReason
  /** When inventory was requested to release the order, or never to reserve it. */
  releasedMs?: number
  notifiedMs?: number
  /** How long after each timestamp of a store its commit had returned; else that is unknown. */
  commitMs?: number
  /** The status in the orders table, where it is not the decision's. */
  orderRow?: { status: 'pending' | 'failed'; reason?: string; decidedMs?: number }
  expected?: Expected
}

const ORIGIN_NS = 5e12
export const ns = (ms: number): number => ORIGIN_NS + ms * 1e6

export function historyOf(
  timelines: readonly SampleTimeline[],
  { warmUpOrders = 0, deadlineMs = 2_000 } = {},
): History {
  const history: History = { ...emptyHistory({}), warmUpOrders, deadlineMs, originNs: ORIGIN_NS }
  for (const [index, timeline] of timelines.entries()) add(history, index, timeline)
  return history
}

function add({ planned, attempts, evidence }: History, index: number, timeline: SampleTimeline): void {
  const { atMs, answeredMs, placedMs, decidedMs, outcome, releasedMs, notifiedMs, orderRow, commitMs } = timeline
  const kept = (ms: number | undefined) => (commitMs === undefined || ms === undefined ? null : ns(ms + commitMs))
  const orderId = `order-${index}`
  const customer = { orderId, userId: 'ada', kitchenId: 'main' }
  const items = [{ sku: 'burger', quantity: 1 }]
  planned.push({ index, ...customer, idempotencyKey: orderId, items, expected: timeline.expected ?? 'reserved' })
  const answeredNs = answeredMs === undefined ? undefined : ns(answeredMs)
  const attempt = { index, orderId, attempt: 1, plannedNs: ns(atMs), startedNs: ns(atMs), answeredNs }
  attempts.push({ ...attempt, answer: answerOf(timeline.answer) })
  const seq = index + 1
  if (placedMs !== undefined) {
    const reason = orderRow?.reason ?? (outcome === 'reserved' ? null : (outcome ?? null))
    const status = orderRow?.status ?? (outcome === undefined ? 'pending' : outcome === 'reserved' ? outcome : 'failed')
    const stamp = orderRow?.decidedMs ?? decidedMs
    const placed = { placedNs: ns(placedMs), placedKeptNs: kept(placedMs) }
    const decided = { decidedNs: stamp === undefined ? null : ns(stamp), decidedKeptNs: kept(stamp) }
    const row = { seq, ...customer, status, reason, notification: null, correlationId: orderId }
    evidence.orders.push({ ...row, ...placed, ...decided })
  }
  if (outcome !== undefined && decidedMs !== undefined) {
    const decision = outcome === 'reserved' ? { status: outcome } : { status: 'failed' as const, reason: outcome }
    const released = releasedMs !== undefined
    const times = { decidedNs: ns(decidedMs), keptNs: kept(decidedMs) }
    evidence.decisions.push({ seq, orderId, outcome: decision, released, ...times })
    if (released && outcome === 'reserved') {
      const back = { kitchenId: customer.kitchenId, sku: 'burger', delta: 1, atNs: ns(releasedMs) }
      evidence.movements.push({ seq, kind: 'release', orderId, ...back })
    }
  }
  if (notifiedMs !== undefined) {
    const times = { sentNs: ns(notifiedMs), keptNs: kept(notifiedMs) }
    evidence.notifications.push({ seq, orderId, userId: customer.userId, ...times })
  }
}

function answerOf(given: SampleTimeline['answer']): Answer {
  if (given === 'deadline' || given === 'refused') return { kind: given, atNs: 0, detail: given }
  const [status, code] = given.split(' ')
  return { kind: 'status', status: Number(status), ...(code && { code }), text: '' }
}

/** An order that was reserved and notified: answered after `tookMs`, decided in the middle of it. */
export const served = (atMs: number, tookMs: number): SampleTimeline => ({
  atMs,
  answer: '201',
  answeredMs: atMs + tookMs,
  placedMs: atMs + 1,
  decidedMs: atMs + tookMs / 2,
  outcome: 'reserved',
  notifiedMs: atMs + tookMs - 1,
})
