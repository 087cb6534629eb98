// `POST /order` with the outbox: the order and its OrderPlaced are stored in one transaction, and the client is answered
// 202.
// Guarantees: after the answer the order is on this disk and so is its event, which the relay publishes for as long as
// that takes. There is no moment at which one is kept without the other. A repeated key places nothing.
// It does not check whether the broker is there: how many orders may wait is for the admission to say.
// Not promised: that an order outlives this store before the relay has published its event.
import { wallTime } from '../contracts/clock.ts'
import { orderPlaced } from '../contracts/events.ts'
import type { Order } from '../contracts/order.ts'
import type { OutboxTables } from '../stores/outbox.ts'
import { placeOrder } from '../workflow/place-order.ts'
import { presentState, viewOf } from '../workflow/present-order.ts'
import type { OrdersTx, Store } from '../workflow/store.ts'
import type { Admit } from './admission.ts'
import type { Handler } from './handler.ts'
import type { Placed } from './order-routes.ts'

type Parts = {
  store: Store<OrdersTx & OutboxTables>
  admit: Admit
  /** Tells the relay that there is something to publish. */
  notifyRelay(): void
  /** A crash point. */
  afterStore(): void
}

/** @throws LabError `overloaded`, `key-reused`, `order-undecided`, or the reason why the order of a repeated key failed */
export function placeWithOutbox({ store, admit, notifyRelay, afterStore }: Parts): Handler<Order, Placed> {
  return async (order, { correlationId, log }) => {
    const happened = { correlationId, occurredAt: wallTime() }
    const { placed, isNew } = await store.transact(tx => {
      const result = placeOrder(tx, order, happened, admit)
      if (result.isNew) tx.enqueue(JSON.stringify(orderPlaced(order, happened)))
      return result
    })
    if (!isNew) return { isNew, view: presentState(placed) }
    afterStore()
    notifyRelay()
    log.info({ orderId: order.orderId }, 'placed')
    return { isNew, view: viewOf(placed) }
  }
}
