// `POST /order` with the outbox: the order and its OrderPlaced are stored in one transaction, and the client is told 202.
// Guarantees: after the answer the order is on disk and so is its event, which the relay publishes for as long as it
// takes. There is no moment at which one is kept without the other. Does not ask whether the broker is there.
import { orderPlaced } from '#common/contracts/events.ts'
import type { Order } from '#common/contracts/order.ts'
import type { CrashPoint } from '#common/faults/crash.ts'
import { wallTime } from '#common/contracts/clock.ts'
import type { Handler } from '#common/service/handler.ts'
import type { OutboxTables } from '#common/stores/outbox.ts'
import { placeOrder } from '#common/workflow/place-order.ts'
import type { OrdersTx, Store } from '#common/workflow/store.ts'
import { type Placed, presentState, viewOf } from './answer.ts'

type Parts = {
  store: Store<OrdersTx & OutboxTables>
  /** Tells the relay that there is something to publish. */
  wakeRelay(): void
  crashPoint: CrashPoint
}

/** @throws LabError for a repeat whose order is undecided or failed, and `key-reused` for another body. */
export function placeWithOutbox({ store, wakeRelay, crashPoint }: Parts): Handler<Order, Placed> {
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
