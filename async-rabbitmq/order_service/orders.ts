// The orders of order_service: their table, and the results of inventory that change it. The first outcome counts, a
// repeat changes nothing.
import { wallTime } from '#common/contracts/clock.ts'
import type { ErrorCode } from '#common/contracts/errors.ts'
import { orderOf, outcomeOf, type InventoryEvent, type OrderDeadLettered } from '#common/contracts/events.ts'
import { fingerprint } from '#common/contracts/order.ts'
import type { Handler } from '#common/service/handler.ts'
import type { OrdersTables } from '#common/stores/orders.ts'
import { mapped } from '#common/stores/rows.ts'
import { recordOutcome } from '#common/workflow/record-outcome.ts'
import type { OrdersTx, Store } from '#common/workflow/store.ts'

/**
 * The orders table of this model: whether an order was confirmed to its user is known to notification_service, not here,
 * so nothing that is read from the table says anything about it.
 */
export function withoutNotification(tables: OrdersTables): OrdersTables {
  return {
    ...tables,
    findOrder(orderId) {
      const placed = tables.findOrder(orderId)
      return placed && { ...placed, notification: null }
    },
    pageOrders: mapped(tables.pageOrders, row => ({ ...row, notification: null })),
  }
}

/** What order_service reads: a result of inventory, or that there will be none until somebody redrives the order. */
export type OrderNews = InventoryEvent | OrderDeadLettered

/** Records a result. That of an order which is not in this store is logged only: another order service placed it. */
export function recordOutcomeOf(store: Store<OrdersTx>): Handler<OrderNews, void> {
  return async (event, { log }) => {
    const { orderId } = event.data
    if (event.type === 'OrderDeadLettered') {
      await recordDeadLetter(store, event, event.data.reason, event.occurredAt)
      return log.warn({ orderId, reason: event.data.reason }, 'dead-lettered')
    }
    const placed = await store.transact(tx => recordOutcome(tx, orderId, outcomeOf(event)))
    if (placed) log.info({ orderId, status: placed.status }, 'decided')
    else log.warn({ orderId }, 'a result of an order that is not in this store')
  }
}

/** That nobody works on an order: inventory dead-lettered it, or this service a result of it. */
export function recordDeadLetter(
  store: Store<OrdersTx>,
  event: OrderNews,
  reason: ErrorCode,
  since = wallTime(),
): Promise<void> {
  const order = orderOf(event)
  return store.transact(tx => tx.markDeadLettered(order.orderId, fingerprint(order), { reason, since }))
}
