// An order, on every wire: one definition for HTTP bodies, messages and records.
// Guarantees: an order that passes `parse(Order, …)` has at least one line and whole, bounded quantities.
// Not promised: that there is stock for it. The workflow decides that.
import { Type, type Static } from 'typebox'
import { createHash } from 'node:crypto'

export const MENU = ['burger', 'pizza', 'salad'] as const
export const DEFAULT_KITCHEN = 'main'
export const MAX_LINES = 100
export const MAX_QUANTITY = 1_000

// No control characters, and no half of a surrogate pair: UTF-8 cannot carry it, and two such names would become one.
const Name = Type.String({ minLength: 1, maxLength: 128, pattern: '^[^\\u0000-\\u001f\\u007f\\ud800-\\udfff]+$' })

export const OrderLine = Type.Object(
  { sku: Name, quantity: Type.Integer({ minimum: 1, maximum: MAX_QUANTITY }) },
  { additionalProperties: false },
)

const content = {
  userId: Name,
  items: Type.Array(OrderLine, { minItems: 1, maxItems: MAX_LINES }),
}

/** The body of `POST /order`; without a kitchen, `main` cooks it. */
export const OrderRequest = Type.Object({ ...content, kitchenId: Type.Optional(Name) }, { additionalProperties: false })
export type OrderRequest = Static<typeof OrderRequest>

/** An order as the services pass it on. */
export const Order = Type.Object({ orderId: Name, kitchenId: Name, ...content }, { additionalProperties: false })
export type Order = Static<typeof Order>

/**
 * A digest of the order's content. Two orders of one `orderId` are the same order exactly when their fingerprints are
 * equal; the same `orderId` with another fingerprint is an `order-conflict`. The sequence of lines counts.
 */
export function fingerprint(order: Omit<Order, 'orderId'>): string {
  const lines = order.items.map(line => [line.sku, line.quantity])
  return createHash('sha256')
    .update(JSON.stringify([order.userId, order.kitchenId, lines]))
    .digest('base64url')
}
