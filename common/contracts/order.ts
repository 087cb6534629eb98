// An order and its outcome, on every wire: one definition for HTTP bodies, messages and records.
// Guarantees: an order that passes `parse(Order, …)` has at least one line and whole, bounded quantities.
// Not promised: that there is stock for it. The workflow decides that.
import { Type, type Static } from './type.ts'
import { hash } from 'node:crypto'
import { closedObject } from './parse.ts'

export const MENU = ['burger', 'pizza', 'salad'] as const
export const DEFAULT_KITCHEN = 'main'
export const MAX_LINES = 100
export const MAX_QUANTITY = 1_000
export const MAX_NOTE_CHARS = 100_000

// No control characters, and no half of a surrogate pair: UTF-8 cannot carry it, and two such names would become one.
const Name = Type.String({ minLength: 1, maxLength: 128, pattern: '^[^\\u0000-\\u001f\\u007f\\ud800-\\udfff]+$' })

const OrderLine = closedObject({ sku: Name, quantity: Type.Integer({ minimum: 1, maximum: MAX_QUANTITY }) })

// As a name, but for tabs and line breaks. Four bytes a character are what UTF-8 may need (MAX_MESSAGE_BYTES).
const Note = Type.String({
  minLength: 1,
  maxLength: MAX_NOTE_CHARS,
  pattern: '^[^\\u0000-\\u0008\\u000b\\u000c\\u000e-\\u001f\\u007f\\ud800-\\udfff]+$',
})

const content = {
  userId: Name,
  items: Type.Array(OrderLine, { minItems: 1, maxItems: MAX_LINES }),
  /** What the guest writes to the kitchen. */
  note: Type.Optional(Note),
}

/** The body of `POST /order`; without a kitchen, `main` cooks it. */
export const OrderRequest = closedObject({ ...content, kitchenId: Type.Optional(Name) })
export type OrderRequest = Static<typeof OrderRequest>

/** An order as the services pass it on. */
export const Order = closedObject({ orderId: Name, kitchenId: Name, ...content })
export type Order = Static<typeof Order>

/**
 * A digest of the order's content. Two orders of one `orderId` are the same order exactly when their fingerprints are
 * equal; the same `orderId` with another fingerprint is an `order-conflict`. The sequence of lines counts. Without a note it is what
 * it was before there were notes: stores keep it.
 */
export function fingerprint({ userId, kitchenId, items, note }: Omit<Order, 'orderId'>): string {
  const lines = items.map(line => [line.sku, line.quantity])
  const content = [userId, kitchenId, lines, ...(note === undefined ? [] : [note])]
  return hash('sha256', JSON.stringify(content), 'base64url')
}

/** Of an order at the order service: `pending` until it has its outcome. */
export const OrderStatus = Type.Union([Type.Literal('pending'), Type.Literal('reserved'), Type.Literal('failed')])
export type OrderStatus = Static<typeof OrderStatus>

/** Why inventory took nothing. `released`: the order was released before its reserve arrived (synchronous model). */
export const FailureReason = Type.Union([
  Type.Literal('out-of-stock'),
  Type.Literal('unknown-sku'),
  Type.Literal('released'),
])
export type FailureReason = Static<typeof FailureReason>

/** Inventory's one decision about an order, for ever. */
export const Outcome = Type.Union([
  closedObject({ status: Type.Literal('reserved') }),
  closedObject({ status: Type.Literal('failed'), reason: FailureReason }),
])
export type Outcome = Static<typeof Outcome>
