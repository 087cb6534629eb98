// An order as a client sees it.
import type { OrderView } from '#common/contracts/http.ts'
import type { PlacedOrder } from '#common/workflow/store.ts'

export function viewOf({ order, status, reason, notification }: PlacedOrder): OrderView {
  return { orderId: order.orderId, status, ...(reason && { reason }), ...(notification && { notification }) }
}
