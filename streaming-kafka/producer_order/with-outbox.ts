// `POST /order` with the outbox: the order and its OrderPlaced are stored in one transaction, and the client is told 202.
// Guarantees: after the answer the order is on this disk and so is its event, which the relay writes into the log for as
// long as it takes; the view shows the order from then on. The same key never places two orders: a store that holds
// all that was accepted takes orders without a broker, any other one only when it has read the log to its end.
// Not promised: that an order outlives this store before the relay has handed its event over.
import { LabError } from '#common/contracts/errors.ts'
import { orderPlaced } from '#common/contracts/events.ts'
import type { Order } from '#common/contracts/order.ts'
import type { CrashPoint } from '#common/faults/crash.ts'
import { wallTime } from '#common/contracts/clock.ts'
import type { Context } from '#common/service/handler.ts'
import type { OutboxTables } from '#common/stores/outbox.ts'
import { placeOrder } from '#common/workflow/place-order.ts'
import type { OrdersTx, Store } from '#common/workflow/store.ts'
import { type Placed, presentState, viewOf } from './answer.ts'

export type WithOutboxParts = {
  store: Store<OrdersTx & OutboxTables>
  /** Orders that are not in the store yet. */
  onTheirWay: Set<Order>
  /** Whether the store holds every order that was accepted before. */
  ready(): boolean
  /** Tells the relay that there is something to hand over. */
  wakeRelay(): void
  crashPoint: CrashPoint
}

/** @throws LabError `unavailable`, `key-reused`, `order-undecided`, or the reason why the order failed */
export function placeWithOutbox({ store, onTheirWay, ready, wakeRelay, crashPoint }: WithOutboxParts) {
  return async (order: Order, { correlationId, log }: Pick<Context, 'correlationId' | 'log'>): Promise<Placed> => {
    if (!ready()) throw new LabError('unavailable', 'the service has not read the log yet; nothing happened')
    const happened = { correlationId, occurredAt: wallTime() }
    onTheirWay.add(order)
    const storing = store.transact(tx => {
      const result = placeOrder(tx, order, happened)
      if (result.isNew) tx.enqueue(JSON.stringify(orderPlaced(order, happened)))
      return result
    })
    const { placed, isNew } = await storing.finally(() => onTheirWay.delete(order))
    if (!isNew) return { isNew, view: presentState(placed) }
    crashPoint()
    wakeRelay()
    log.info({ orderId: order.orderId }, 'placed')
    return { isNew, view: viewOf(placed) }
  }
}
