// What the client of a planned order sends. Apart from the plan, so that the load generator does not load its schemas.
import { createHash } from 'node:crypto'
import type { Order } from '#common/contracts/order.ts'

/** What is sent of an order: a planned one has more. */
type Requested = Pick<Order, 'userId' | 'kitchenId' | 'items'> & {
  index: number
  insteadOf?: number
  noteChars?: number
}

export function requestOf({ userId, kitchenId, items, ...order }: Requested) {
  const note = order.noteChars === undefined ? {} : { note: noteOf(userId, order, order.noteChars) }
  return { userId, kitchenId, items, ...note } satisfies Omit<Order, 'orderId'>
}

type Numbered = Pick<Requested, 'index' | 'insteadOf'>

/** Text of which no compressor can make less than three quarters: the same whenever its client orders the same. A character is a byte. */
function noteOf(userId: string, { index, insteadOf = index }: Numbered, chars: number): string {
  const outputLength = Math.ceil((chars * 3) / 4)
  return createHash('shake256', { outputLength }).update(`${userId}/${insteadOf}`).digest('base64').slice(0, chars)
}
