// What the client of a planned order sends. Apart from the plan, so that the load generator does not load its schemas.
import { createHash } from 'node:crypto'
import type { OrderRequest } from '#common/contracts/order.ts'
import type { PlannedOrder } from './orders.ts'

export function requestOf({ userId, kitchenId, items, noteChars, ...order }: PlannedOrder) {
  const note = noteChars === undefined ? {} : { note: noteOf(order, userId, noteChars) }
  return { userId, kitchenId, items, ...note } satisfies OrderRequest
}

type Named = Pick<PlannedOrder, 'index' | 'insteadOf'>

/** Text of which no compressor can make less than three quarters: the same whenever its client orders the same. A character is a byte. */
function noteOf({ index, insteadOf = index }: Named, userId: string, chars: number): string {
  const outputLength = Math.ceil((chars * 3) / 4)
  return createHash('shake256', { outputLength }).update(`${userId}/${insteadOf}`).digest('base64').slice(0, chars)
}
