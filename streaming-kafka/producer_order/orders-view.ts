// The state of each order, materialized from the topics: placed by the orders topic, decided by the InventoryEvents
// stream, confirmed by the notifications topic.
// Guarantees: the view is the same in whatever order the topics are read; a status never goes back; poison changes
// nothing (the consumer that works on the topic dead-letters it). An empty store is filled from the topics.
import type { DatabaseSync } from 'node:sqlite'
import { fingerprint, type Order } from '#common/contracts/order.ts'
import { ordersTables, type OrdersTables } from '#common/stores/orders.ts'
import { positionsTables, type PositionsTables } from '#common/stores/positions.ts'
import { confirmOrder, recordOutcome } from '#common/workflow/record-outcome.ts'
import type { Occurrence } from '#common/contracts/events.ts'
import type { LogRecord } from '../broker/record.ts'
import { orUndefined, readInventoryEvent, readOrderPlaced } from '../messaging/read-event.ts'
import { readNotification } from '../notification_consumer/notification-record.ts'
import type { TopicNames } from '../messaging/topics.ts'

export type ViewTables = OrdersTables & PositionsTables

export const viewTables = (db: DatabaseSync): ViewTables => ({ ...ordersTables(db), ...positionsTables(db) })

/** Stores an order that is in the log. A known order stays as it is. */
export function storeOrder(tx: OrdersTables, order: Order, { correlationId, occurredAt }: Occurrence): void {
  if (tx.findOrder(order.orderId)) return
  const fresh = { status: 'pending', reason: null, notification: null } as const
  tx.insertOrder({ order, fingerprint: fingerprint(order), ...fresh, correlationId, occurredAt })
}

/** The effect of a record on the view. */
export const applyTo =
  (topics: TopicNames) =>
  (tx: ViewTables, record: LogRecord): void => {
    if (record.topic === topics.orders) {
      const placed = orUndefined(readOrderPlaced, record)
      if (placed) storeOrder(tx, placed.data, placed)
      return
    }
    if (record.topic === topics.notifications) {
      const sent = orUndefined(readNotification, record)
      if (!sent) return
      storeOrder(tx, sent.order, sent)
      recordOutcome(tx, sent.order.orderId, { status: 'reserved' })
      confirmOrder(tx, sent.order.orderId)
      return
    }
    const event = orUndefined(readInventoryEvent, record)
    if (!event) return
    // The result may be read before the order itself. It carries the whole order.
    const { orderId, userId, kitchenId, items } = event.data
    storeOrder(tx, { orderId, userId, kitchenId, items }, event)
    const outcome = event.type === 'InventoryReserved' ? null : event.data.reason
    recordOutcome(tx, orderId, outcome === null ? { status: 'reserved' } : { status: 'failed', reason: outcome })
  }
