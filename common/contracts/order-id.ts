/**
 * The identity of an order, derived from the user and the key that the client chose.
 *
 * Guarantees: the same user and key give the same id in every process and after every restart, so a lost store
 * cannot give a repeated request a second order; two different pairs never share the text that is hashed.
 * Does not guarantee that an id says anything about the order's content: that is compared where the order is kept.
 */
import { createHash } from 'node:crypto'

const NAMESPACE = 'communication-models-lab/order'
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/

/**
 * A UUID of version 8 (RFC 9562, appendix B.2: SHA-256 of a name). The pair is joined as a JSON array, because a
 * separator alone is ambiguous when a user's name may contain it.
 */
export function deriveOrderId(userId: string, idempotencyKey: string): string {
  const name = JSON.stringify([NAMESPACE, userId, idempotencyKey])
  const bytes = createHash('sha256').update(name).digest().subarray(0, 16)
  bytes[6] = (bytes.readUInt8(6) & 0x0f) | 0x80
  bytes[8] = (bytes.readUInt8(8) & 0x3f) | 0x80
  const hex = bytes.toString('hex')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`
}

/** Whether a value is written as an order's id: a lower-case UUID of any version, so that one order has one spelling. */
export function isOrderId(value: unknown): value is string {
  return typeof value === 'string' && UUID.test(value)
}
