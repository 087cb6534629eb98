// The stores that the workflow needs. Every method runs inside one transaction: all of its effects are kept or none.
// How they are kept is the store's own matter.
import type { ErrorCode } from '../contracts/errors.ts'
import type { EventType, Occurrence } from '../contracts/events.ts'
import type { Order, OrderStatus, Outcome } from '../contracts/order.ts'

/** Runs `work` in a transaction that is on disk when the promise resolves. */
export type Store<Tx> = {
  /** @throws LabError `store-failed` when the transaction could not be kept; then none of its effects was. */
  transact<Result>(work: (tx: Tx) => Result): Promise<Result>
}

export type PlacedOrder = Occurrence & {
  order: Order
  fingerprint: string
  status: OrderStatus
  reason: ErrorCode | null
  notification: 'pending' | 'sent' | null
  /** Its event is a dead letter, so that nobody works on it; says nothing once it is decided. */
  deadLetter: DeadLettered | null
}

/** Why nobody works on an order, and since when (RFC 3339, UTC). */
export type DeadLettered = { reason: ErrorCode; since: string }

export type OrdersTx = {
  findOrder(orderId: string): PlacedOrder | undefined
  insertOrder(placed: Omit<PlacedOrder, 'deadLetter'>): void
  /** Known before the order or after it. Only the order with this content is a dead letter, not another one with its id. */
  markDeadLettered(orderId: string, fingerprint: string, dead: DeadLettered): void
  updateOrder(orderId: string, change: Pick<PlacedOrder, 'status' | 'reason' | 'notification'>): void
}

/** A decision with all that its event is made of. A tombstone has no order and is `released`. */
export type Decision = Occurrence & {
  orderId: string
  order: Order | null
  fingerprint: string | null
  outcome: Outcome
  released: boolean
}

export type StockTx = {
  findDecision(orderId: string): Decision | undefined
  insertDecision(decision: Decision): void
  markReleased(orderId: string): void
  /** Gives a kitchen its opening stock when it is mentioned for the first time. */
  openKitchen(kitchenId: string): void
  /** Units on hand; undefined when the kitchen does not sell the sku. */
  onHand(kitchenId: string, sku: string): number | undefined
  /** Changes the stock and appends the movement. */
  move(movement: { kind: 'reserve' | 'release'; orderId: string; kitchenId: string; sku: string; delta: number }): void
}

export type NotificationsTx = {
  wasSent(orderId: string): boolean
  append(notification: { orderId: string; userId: string }): void
}

export type MetricsTx = {
  /** Remembers the event; false when it was remembered before. */
  remember(type: EventType, orderId: string): boolean
  countPlaced(minute: string, orders: number): void
  countOutcome(status: Outcome['status'], orders: number): void
  totals(): { ordersPerMinute: Record<string, number>; reserved: number; failed: number }
}
