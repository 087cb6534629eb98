// Compensate an order of which nobody knows whether inventory holds stock for it: it is failed, and its release pending.
import type { OrdersTables } from '#common/stores/orders.ts'
import { recordOutcome } from '#common/workflow/record-outcome.ts'
import type { Store } from '#common/workflow/store.ts'
import type { PendingReleasesTables } from './pending-releases.ts'

export type OrdersStore = Store<OrdersTables & PendingReleasesTables>

/** An order that is reserved in the store stays reserved: the first outcome stands. */
export function compensate(tx: OrdersTables & PendingReleasesTables, orderId: string): void {
  const placed = recordOutcome(tx, orderId, { status: 'failed', reason: 'deadline-passed' })
  if (placed?.status === 'failed') tx.addPendingRelease(orderId)
}

/** At the start: an order that is still pending belongs to a request that ended with the process before. */
export const compensateInterrupted = (store: OrdersStore): Promise<void> =>
  store.transact(tx => {
    for (const orderId of tx.pendingOrders()) compensate(tx, orderId)
  })
