// Metrics of the orders and their outcomes: orders per minute of event time, and the failure rate.
// Guarantees: the same events give the same document, whatever their order and however often each is read.
import { minuteOf } from '../contracts/clock.ts'
import { type InventoryEvent, type OrderPlaced } from '../contracts/events.ts'
import type { Outcome } from '../contracts/order.ts'
import type { MetricsTx } from './store.ts'

export type Metrics = {
  failureRate: number | null
  orders: number
  ordersPerMinute: Record<string, number>
  outcomes: { failed: number; reserved: number }
}

/** Counts those events that were not counted before, each once. */
export function countEvents(tx: MetricsTx, events: readonly (OrderPlaced | InventoryEvent)[]): void {
  const minutes = new Map<string, number>()
  const outcomes = new Map<Outcome['status'], number>()
  for (const { type, data, occurredAt } of events) {
    if (!tx.remember(type, data.orderId)) continue
    if (type === 'OrderPlaced') countOne(minutes, minuteOf(occurredAt))
    else countOne(outcomes, type === 'InventoryReserved' ? 'reserved' : 'failed')
  }
  // Of most batches all orders were placed in the same few minutes: one statement for each of those, and not for each order.
  for (const [minute, orders] of minutes) tx.countPlaced(minute, orders)
  for (const [status, orders] of outcomes) tx.countOutcome(status, orders)
}

const countOne = <Key>(counts: Map<Key, number>, key: Key): void => void counts.set(key, (counts.get(key) ?? 0) + 1)

/** The failure rate is taken from the outcomes alone, failed ÷ (reserved + failed); null before the first outcome. */
export function metricsOf(tx: MetricsTx): Metrics {
  const { ordersPerMinute, reserved, failed } = tx.totals()
  const outcomes = reserved + failed
  return {
    failureRate: outcomes === 0 ? null : failed / outcomes,
    orders: Object.values(ordersPerMinute).reduce((sum, count) => sum + count, 0),
    ordersPerMinute: Object.fromEntries(Object.entries(ordersPerMinute).sort(([a], [b]) => (a < b ? -1 : 1))),
    outcomes: { failed, reserved },
  }
}

export const metricsDocument = (metrics: Metrics): string => `${JSON.stringify(metrics, null, 2)}\n`
