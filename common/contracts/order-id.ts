// The id of an order: apart from the schemas, so that the load generator does not load those.
import { hash } from 'node:crypto'

const NAMESPACE = 'communication-models-lab/order'

/**
 * The id of an order, from its user and the key that the client chose: a UUID of version 8 (RFC 9562, appendix B.2: SHA-256 of
 * a name). The same user and key give the same id in every process and after every restart, so a lost store cannot give a
 * repeated request a second order. The pair is joined as a JSON array, because a separator alone is ambiguous when a user's
 * name may contain it. The id says nothing about the order's content: that is compared where the order is kept.
 */
export function deriveOrderId(userId: string, idempotencyKey: string): string {
  const name = JSON.stringify([NAMESPACE, userId, idempotencyKey])
  const bytes = hash('sha256', name, 'buffer').subarray(0, 16)
  bytes[6] = (bytes.readUInt8(6) & 0x0f) | 0x80
  bytes[8] = (bytes.readUInt8(8) & 0x3f) | 0x80
  const hex = bytes.toString('hex')
  // One text in memory: a template keeps its pieces, and a million ids are kept in a history.
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-')
}
