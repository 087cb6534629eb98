// `POST /order`: the order and its OrderPlaced are stored in one transaction, and the client is told 202.
// Guarantees: after the answer the order is on disk and so is its event, which the relay publishes for as long as it
// takes. There is no moment at which one is kept without the other. Does not ask whether the broker is there.
import { LabError } from '#common/contracts/errors.ts'
import { orderPlaced } from '#common/contracts/events.ts'
import type { OrderRow } from '#common/contracts/evidence.ts'
import type { OrderView } from '#common/contracts/http.ts'
import type { Order } from '#common/contracts/order.ts'
import { FailureReason } from '#common/contracts/outcome.ts'
import { parse } from '#common/contracts/parse.ts'
import type { CrashPoint } from '#common/faults/crash.ts'
import { wallTime } from '#common/kit/clock.ts'
import type { Handler } from '#common/kit/handler.ts'
import type { OutboxTables } from '#common/stores/outbox.ts'
import type { Pager } from '#common/stores/page.ts'
import { placeOrder } from '#common/workflow/place-order.ts'
import type { OrdersTx, PlacedOrder, Store } from '#common/workflow/store.ts'

type Parts = {
  store: Store<OrdersTx & OutboxTables>
  /** Tells the relay that there is something to publish. */
  wakeRelay(): void
  crashPoint: CrashPoint
}

export type Placed = { isNew: boolean; view: OrderView }

/** @throws LabError for a repeat whose order is undecided or failed, and `key-reused` for another body. */
export function place({ store, wakeRelay, crashPoint }: Parts): Handler<Order, Placed> {
  return async (order, { correlationId, log }) => {
    const happened = { correlationId, occurredAt: wallTime() }
    const { placed, isNew } = await store.transact(tx => {
      const result = placeOrder(tx, order, happened)
      if (result.isNew) tx.enqueue(JSON.stringify(orderPlaced(order, happened)))
      return result
    })
    if (!isNew) return { isNew, view: presentState(placed) }
    crashPoint()
    wakeRelay()
    log.info({ orderId: order.orderId }, 'placed')
    return { isNew, view: viewOf(placed) }
  }
}

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

/** What the same key is told again. */
function presentState(placed: PlacedOrder): OrderView {
  const { orderId } = placed.order
  if (placed.status === 'pending')
    throw new LabError('order-undecided', `order ${orderId} is being decided; ask again`, { orderId })
  if (placed.status === 'reserved') return viewOf(placed)
  const reason = parse(FailureReason, placed.reason, 'reason')
  throw new LabError(reason, `order ${orderId} failed when it was first asked`, { orderId })
}
