// How an order is shown to its client, the first time and again.
import { LabError } from '#common/contracts/errors.ts'
import type { OrderView } from '#common/contracts/http.ts'
import type { PlacedOrder } from '#common/workflow/store.ts'

/** The answer, and whether the order was placed now or is an old one in its present state. */
export type Placed = { isNew: boolean; view: OrderView }

export const viewOf = ({ order, status, reason, notification }: PlacedOrder): OrderView => ({
  orderId: order.orderId,
  status,
  ...(reason !== null && { reason }),
  ...(notification !== null && { notification }),
})

/** What the same key is told again. @throws LabError for an order that is undecided or failed. */
export function presentState(placed: PlacedOrder): OrderView {
  const { orderId } = placed.order
  if (placed.status === 'pending') throw undecided(orderId)
  if (placed.status === 'reserved') return viewOf(placed)
  const reason = placed.reason === 'unknown-sku' ? placed.reason : 'out-of-stock'
  throw new LabError(reason, `order ${orderId} failed`, { orderId })
}

export const undecided = (orderId: string): LabError =>
  new LabError('order-undecided', `order ${orderId} is placed and not decided yet; ask again soon`, { orderId })
