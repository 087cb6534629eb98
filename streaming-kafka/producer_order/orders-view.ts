// The state of each order, materialized from the topics: placed by the topic orders, decided by inventory-events,
// notified by notifications, given up by dead-letters.
// Guarantees: the view is the same in whatever order the topics are read; a status never goes back; poison changes
// nothing (the consumer that works on the topic dead-letters it). An empty store is filled from the topics.
import { orUndefined } from '#common/messaging/read-event.ts'
import type { DatabaseSync } from 'node:sqlite'
import { type Occurrence, orderOf, outcomeOf } from '#common/contracts/events.ts'
import { fingerprint, type Order } from '#common/contracts/order.ts'
import { markTable } from '#common/stores/mark.ts'
import { ordersTables, type OrdersTables } from '#common/stores/orders.ts'
import { positionsTables, type PositionsTables } from '#common/stores/positions.ts'
import { undecidedTables, type UndecidedTables } from '#common/stores/undecided.ts'
import { confirmOrder, recordOutcome } from '#common/workflow/record-outcome.ts'
import { type LogRecord, readInventoryEvent, readOrderPlaced } from '../broker/record.ts'
import { readDeadOrder } from '../messaging/dead-letters.ts'
import type { TopicNames } from '../messaging/topics.ts'
import { readNotification } from '../notification_consumer/notifications.ts'

/**
 * The bootstrap marker: whether the store holds every order that this service has accepted, so that it may take orders
 * before it has read the log. Only with the outbox an order is in the store before anywhere else. A store that is new, was
 * wiped, or has served without the outbox has no marker until it has been filled from the log to the end.
 * Not promised: that an old backup of the store, put in its place, is noticed.
 */
type BootstrapTables = {
  isBootstrapped(): boolean
  setBootstrapped(isBootstrapped: boolean): void
}

/** Whether the store was ever filled from the log to its end: before, it shows some orders and some states of them, and not others. */
type FilledTables = {
  isFilled(): boolean
  setFilled(isFilled: boolean): void
}

export type ViewTables = OrdersTables & UndecidedTables & PositionsTables & BootstrapTables & FilledTables

export function viewTables(db: DatabaseSync): ViewTables {
  const bootstrapped = markTable(db, 'bootstrapped')
  const filled = markTable(db, 'filled')
  return {
    ...ordersTables(db),
    ...undecidedTables(db),
    ...positionsTables(db),
    isBootstrapped: bootstrapped.isSet,
    setBootstrapped: bootstrapped.set,
    isFilled: filled.isSet,
    setFilled: filled.set,
  }
}

/** Stores an order that is in the log. A known order stays as it is. */
export function storeOrder(tx: OrdersTables, order: Order, { correlationId, occurredAt }: Occurrence): void {
  if (tx.findOrder(order.orderId)) return
  const fresh = { status: 'pending', reason: null, notification: null } as const
  tx.insertOrder({ order, fingerprint: fingerprint(order), ...fresh, correlationId, occurredAt })
}

/** The effect of records on the view. */
export const applyTo =
  (topics: TopicNames) =>
  (tx: ViewTables, records: readonly LogRecord[]): void =>
    records.forEach(record => applyOne(topics, tx, record))

function applyOne(topics: TopicNames, tx: ViewTables, record: LogRecord): void {
  if (record.topic === topics.orders) {
    const placed = orUndefined(readOrderPlaced, record)
    if (placed) storeOrder(tx, placed.data, placed)
  } else if (record.topic === topics.notifications) {
    const sent = orUndefined(readNotification, record)
    if (!sent) return
    storeOrder(tx, sent.order, sent)
    recordOutcome(tx, sent.order.orderId, { status: 'reserved' })
    confirmOrder(tx, sent.order.orderId)
  } else if (record.topic === topics.deadLetters) {
    const found = orUndefined(letter => readDeadOrder(topics.orders, letter), record)
    if (found) tx.markDeadLettered(found.placed.data.orderId, fingerprint(found.placed.data), found.dead)
  } else {
    const event = orUndefined(readInventoryEvent, record)
    if (!event) return
    // The result may be read before the order itself. It carries the whole order.
    storeOrder(tx, orderOf(event), event)
    recordOutcome(tx, event.data.orderId, outcomeOf(event))
  }
}
