// Present an order to its client: as a view, and as the answer to a request that repeats its key.
import { LabError } from '../contracts/errors.ts'
import type { OrderView } from '../contracts/http.ts'
import type { DeadLettered, PlacedOrder } from './store.ts'

export function viewOf({ order, status, reason, notification, deadLetter }: PlacedOrder): OrderView {
  const { orderId } = order
  if (status === 'pending' && deadLetter) return { orderId, status: 'dead-lettered', ...deadLetter }
  return { orderId, status, ...(reason !== null && { reason }), ...(notification !== null && { notification }) }
}

/**
 * The answer to a repeated key: the order in its present state.
 * @throws LabError `order-undecided` while it is pending, `dead-lettered` while nobody works on it; the reason why it failed,
 * with the status of that reason
 */
export function presentState(placed: PlacedOrder): OrderView {
  const { orderId } = placed.order
  if (placed.status === 'pending') throw placed.deadLetter ? setAside(orderId, placed.deadLetter) : undecided(orderId)
  if (placed.status === 'reserved') return viewOf(placed)
  const detail = `order ${orderId} has failed; to order again, send another Idempotency-Key`
  throw new LabError(placed.reason ?? 'handler-failed', detail, { orderId, isFinal: true })
}

const setAside = (orderId: string, { reason, since }: DeadLettered): LabError =>
  new LabError(
    'dead-lettered',
    `order ${orderId} is a dead letter since ${since} (${reason}); to ask again is in vain until somebody redrives it`,
    { orderId },
  )

export const undecided = (orderId: string): LabError =>
  new LabError('order-undecided', `order ${orderId} is placed and not decided yet; ask again soon`, { orderId })
