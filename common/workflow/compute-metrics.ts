// Metrics of the orders and their outcomes: orders per minute of event time, and the failure rate.
// Guarantees: the same events give the same document, whatever their order and however often each is read.
import { minuteOf } from '../contracts/clock.ts'
import { type InventoryEvent, type OrderPlaced } from '../contracts/events.ts'
import type { MetricsTx } from './store.ts'

export type Metrics = {
  failureRate: number | null
  orders: number
  ordersPerMinute: Record<string, number>
  outcomes: { failed: number; reserved: number }
}

/** Counts an event once; false when it was counted before. */
export function countEvent(tx: MetricsTx, event: OrderPlaced | InventoryEvent): boolean {
  if (!tx.remember(event.type, event.data.orderId)) return false
  if (event.type === 'OrderPlaced') tx.countPlaced(minuteOf(event.occurredAt))
  else tx.countOutcome(event.type === 'InventoryReserved' ? 'reserved' : 'failed')
  return true
}

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
