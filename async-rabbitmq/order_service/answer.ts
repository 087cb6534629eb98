// How an order is shown to its client, the first time and again.
import { LabError } from '#common/contracts/errors.ts'
import type { OrderRow } from '#common/contracts/evidence.ts'
import type { OrderView } from '#common/contracts/http.ts'
import { FailureReason } from '#common/contracts/outcome.ts'
import { parse } from '#common/contracts/parse.ts'
import type { Pager } from '#common/stores/page.ts'
import type { PlacedOrder } from '#common/workflow/store.ts'

/** The answer, and whether the order was placed now or is an old one in its present state. */
export type Placed = { isNew: boolean; view: OrderView }

/** Whether the order was confirmed to its user is known to notification_service, not here. */
export const viewOf = ({ order, status, reason }: PlacedOrder): OrderView => ({
  orderId: order.orderId,
  status,
  ...(reason !== null && { reason }),
})

/** The same for the rows that it shows. */
export const withoutNotification =
  (page: Pager<OrderRow>): Pager<OrderRow> =>
  (after, limit) => {
    const { rows, next } = page(after, limit)
    return { rows: rows.map(row => ({ ...row, notification: null })), next }
  }

/** What the same key is told again. @throws LabError for an order that is undecided or failed. */
export function presentState(placed: PlacedOrder): OrderView {
  const { orderId } = placed.order
  if (placed.status === 'pending')
    throw new LabError('order-undecided', `order ${orderId} is being decided; ask again`, { orderId })
  if (placed.status === 'reserved') return viewOf(placed)
  const reason = parse(FailureReason, placed.reason, 'reason')
  throw new LabError(reason, `order ${orderId} failed when it was first asked`, { orderId })
}
