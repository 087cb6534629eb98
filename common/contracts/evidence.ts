// The state of a service, as rows with timestamps, for the checks: `GET /orders`, `/inventory`, `/notifications`.
// Timestamps are nanoseconds of the machine's monotonic clock (CLOCK_MONOTONIC), taken inside the transaction that wrote
// the row. The synced commit follows: `keptNs` is when it had returned, or null where the service does not know it any more.
import { Type, type Static, type TSchema } from './type.ts'
import { OrderStatus, Outcome } from './order.ts'

const Seq = Type.Integer()
const Ns = Type.Number()
const NsOrNull = Type.Union([Ns, Type.Null()])
const Text = Type.String()

/**
 * Of an order with a note: the fingerprint of its content as this service received it. A hundred kilobytes are told by as few bytes,
 * and of an order without a note by none: its other content is in the rows.
 */
const FingerprintWithNote = Type.Optional(Text)

/** An order of the order service. */
export const OrderRow = Type.Object({
  seq: Seq,
  orderId: Text,
  userId: Text,
  kitchenId: Text,
  status: OrderStatus,
  reason: Type.Union([Text, Type.Null()]),
  notification: Type.Union([Type.Literal('pending'), Type.Literal('sent'), Type.Null()]),
  correlationId: Text,
  fingerprint: FingerprintWithNote,
  placedNs: Ns,
  placedKeptNs: NsOrNull,
  decidedNs: NsOrNull,
  decidedKeptNs: NsOrNull,
})
export type OrderRow = Static<typeof OrderRow>

/** Inventory's decision about an order; `released` when its stock was given back afterwards. */
export const DecisionRow = Type.Object({
  seq: Seq,
  orderId: Text,
  outcome: Outcome,
  released: Type.Boolean(),
  fingerprint: FingerprintWithNote,
  decidedNs: Ns,
  keptNs: NsOrNull,
})
export type DecisionRow = Static<typeof DecisionRow>

/** One change of stock. Appended, and with no unique key on the order, so that a duplicate would show. */
export const MovementRow = Type.Object({
  seq: Seq,
  kind: Type.Union([Type.Literal('opening'), Type.Literal('reserve'), Type.Literal('release')]),
  orderId: Type.Union([Text, Type.Null()]),
  kitchenId: Text,
  sku: Text,
  delta: Type.Integer(),
  atNs: Ns,
})
export type MovementRow = Static<typeof MovementRow>

/** The stock of a kitchen now, kept apart from the movements. */
export const StockRow = Type.Object({ seq: Seq, kitchenId: Text, sku: Text, quantity: Type.Integer() })
export type StockRow = Static<typeof StockRow>

/** One notification that was sent. Appended, and with no unique key on the order. */
export const NotificationRow = Type.Object({ seq: Seq, orderId: Text, userId: Text, sentNs: Ns, keptNs: NsOrNull })
export type NotificationRow = Static<typeof NotificationRow>

/** Rows as their tables have them. When they were kept is known beside the store. */
export type StoredOrderRow = Omit<OrderRow, 'placedKeptNs' | 'decidedKeptNs'>
export type StoredDecisionRow = Omit<DecisionRow, 'keptNs'>
export type StoredNotificationRow = Omit<NotificationRow, 'keptNs'>

/** A page: rows by rising `seq`, and where the next page starts (`?after=`), or null at the end. */
export const Page = <Row extends TSchema>(row: Row) =>
  Type.Object({ rows: Type.Array(row), next: Type.Union([Seq, Type.Null()]) })
export type Page<Row> = { rows: Row[]; next: number | null }

/** A page of orders, and how many requested orders are in no row and may still come: their outcome is unknown. */
export const OrdersPage = Type.Object({ ...Page(OrderRow).properties, onTheirWay: Type.Integer({ minimum: 0 }) })

/** Clock and boot of a service: processes of one kernel's boot share the monotonic clock. */
export const ClockView = Type.Object({ monotonicNs: Ns, bootId: Text })
export type ClockView = Static<typeof ClockView>
