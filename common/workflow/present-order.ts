// Present an order to its client: as a view, and as the answer to a request that repeats its key.
import { LabError } from '../contracts/errors.ts'
import type { OrderView } from '../contracts/http.ts'
import type { PlacedOrder } from './store.ts'

export const viewOf = ({ order, status, reason, notification }: PlacedOrder): OrderView => ({
  orderId: order.orderId,
  status,
  ...(reason !== null && { reason }),
  ...(notification !== null && { notification }),
})

/**
 * The answer to a repeated key: the order in its present state.
 * @throws LabError `order-undecided` while it is pending; the reason why it failed, with the status of that reason
 */
export function presentState(placed: PlacedOrder): OrderView {
  const { orderId } = placed.order
  if (placed.status === 'pending') throw undecided(orderId)
  if (placed.status === 'reserved') return viewOf(placed)
  const detail = `order ${orderId} has failed; to order again, send another Idempotency-Key`
  throw new LabError(placed.reason ?? 'handler-failed', detail, { orderId, isFinal: true })
}

export const undecided = (orderId: string): LabError =>
  new LabError('order-undecided', `order ${orderId} is placed and not decided yet; ask again soon`, { orderId })
