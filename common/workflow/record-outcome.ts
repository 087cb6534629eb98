// Record in the orders table that an order was decided, and that it was confirmed.
// Guarantees: a status never goes back. The first outcome counts; a later one changes nothing.
import type { ErrorCode } from '../contracts/errors.ts'
import type { OrdersTx, PlacedOrder } from './store.ts'

/** What the orders table knows of a decision; beside inventory's own reasons there are those for which no answer of it came. */
export type OrderOutcome = { status: 'reserved' } | { status: 'failed'; reason: ErrorCode }

/** Returns the order in its state afterwards, or undefined when it is not in the table. */
export function recordOutcome(tx: OrdersTx, orderId: string, outcome: OrderOutcome): PlacedOrder | undefined {
  const placed = tx.findOrder(orderId)
  if (!placed || placed.status !== 'pending') return placed
  const change =
    outcome.status === 'reserved'
      ? { status: 'reserved' as const, reason: null, notification: 'pending' as const }
      : { status: 'failed' as const, reason: outcome.reason, notification: null }
  tx.updateOrder(orderId, change)
  return { ...placed, ...change }
}

/** Records that a reserved order was confirmed to its user. */
export function confirmOrder(tx: OrdersTx, orderId: string): void {
  const placed = tx.findOrder(orderId)
  if (placed?.status !== 'reserved' || placed.notification === 'sent') return
  tx.updateOrder(orderId, { status: 'reserved', reason: null, notification: 'sent' })
}
