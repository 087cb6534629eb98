// What the topics say of each order, kept in a store: placed by the orders topic, settled by the InventoryEvents stream.
// Guarantees: the same records in any order of the two topics give the same view; a status never goes back; a record
// that is poison changes nothing (its topic's judge sets it aside). A store that is gone is filled from the topics.
import type { DatabaseSync } from 'node:sqlite'
import { fingerprint, type Order } from '#common/contracts/order.ts'
import { ordersTables, type OrdersTables } from '#common/stores/orders.ts'
import { positionsTables, type PositionsTables } from '#common/stores/positions.ts'
import { confirmOrder, recordOutcome } from '#common/workflow/record-outcome.ts'
import type { Occurrence } from '#common/workflow/store.ts'
import type { LogRecord } from '../broker/record.ts'
import { orUndefined, readInventoryEvent, readOrderPlaced } from '../messaging/read-event.ts'
import { readNotification } from '../notification_consumer/notification-record.ts'
import type { TopicNames } from '../messaging/topics.ts'

export type ViewTables = OrdersTables & PositionsTables

export const viewTables = (db: DatabaseSync): ViewTables => ({ ...ordersTables(db), ...positionsTables(db) })

/** Notes that the order is in the log; one that is known stays as it is. */
export function learn(tx: OrdersTables, order: Order, { correlationId, occurredAt }: Occurrence): void {
  if (tx.findOrder(order.orderId)) return
  const fresh = { status: 'pending', reason: null, notification: null } as const
  tx.insertOrder({ order, fingerprint: fingerprint(order), ...fresh, correlationId, occurredAt })
}

/** What a record of the followed topics does to the view. */
export const applyTo =
  (topics: TopicNames) =>
  (tx: ViewTables, record: LogRecord): void => {
    if (record.topic === topics.orders) {
      const placed = orUndefined(readOrderPlaced, record)
      if (placed) learn(tx, placed.data, placed)
      return
    }
    if (record.topic === topics.notifications) {
      const sent = orUndefined(readNotification, record)
      if (!sent) return
      learn(tx, sent.order, sent)
      recordOutcome(tx, sent.order.orderId, { status: 'reserved' })
      confirmOrder(tx, sent.order.orderId)
      return
    }
    const event = orUndefined(readInventoryEvent, record)
    if (!event) return
    // The result may be read before the order itself: it carries all of it.
    const { orderId, userId, kitchenId, items } = event.data
    learn(tx, { orderId, userId, kitchenId, items }, event)
    const outcome = event.type === 'InventoryReserved' ? null : event.data.reason
    recordOutcome(tx, orderId, outcome === null ? { status: 'reserved' } : { status: 'failed', reason: outcome })
  }
