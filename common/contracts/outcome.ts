// The outcome of an order: inventory's one decision about it, for ever.
import { Type, type Static } from 'typebox'

/** Why inventory took nothing. `released`: the order was released before its reserve arrived (synchronous model). */
export const FailureReason = Type.Union([
  Type.Literal('out-of-stock'),
  Type.Literal('unknown-sku'),
  Type.Literal('released'),
])
export type FailureReason = Static<typeof FailureReason>

export const Outcome = Type.Union([
  Type.Object({ status: Type.Literal('reserved') }, { additionalProperties: false }),
  Type.Object({ status: Type.Literal('failed'), reason: FailureReason }, { additionalProperties: false }),
])
export type Outcome = Static<typeof Outcome>
