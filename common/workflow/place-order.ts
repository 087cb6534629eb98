// Place an order: it is stored once; placed again it is returned in its present state.
import { fingerprint, type Order } from '../contracts/order.ts'
import { LabError } from '../contracts/errors.ts'
import type { Occurrence } from '../contracts/events.ts'
import type { OrdersTx, PlacedOrder } from './store.ts'

/**
 * Stores the order as `pending`. `isNew` is false when it was placed before. A new order is stored only when `admit` returns.
 * @throws LabError `key-reused` when the same `orderId` was placed with other content.
 */
export function placeOrder(
  tx: OrdersTx,
  order: Order,
  happened: Occurrence,
  admit: () => void = () => {},
): { placed: PlacedOrder; isNew: boolean } {
  const print = fingerprint(order)
  const before = tx.findOrder(order.orderId)
  if (before && before.fingerprint !== print)
    throw new LabError('key-reused', 'use a new Idempotency-Key for another order')
  if (before) return { placed: before, isNew: false }
  admit()
  const placed: PlacedOrder = {
    order,
    fingerprint: print,
    status: 'pending',
    reason: null,
    notification: null,
    deadLetter: null,
    ...happened,
  }
  tx.insertOrder(placed)
  return { placed, isNew: true }
}
