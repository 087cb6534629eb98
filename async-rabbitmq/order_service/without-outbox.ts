// `POST /order` without the outbox: the order is stored as pending, its OrderPlaced is published, and the client is told
// 202 when the broker has confirmed it.
// Guarantees: 202: the order is on this disk and its event on the broker's. 503: no queue has the event, and the order
// is taken back, so that its key may be tried again. 504: the event was handed over and not confirmed in time; nobody
// knows, and the order stays pending until its result tells. `shown` never shows an order that may yet be taken back.
// Not promised, and what the outbox is for: nobody publishes an event again. An order stays pending for ever, and its
// key undecided, when this service dies after storing it and before its event has left, and when the broker loses an
// event that it had not confirmed.
import { asLabError, LabError } from '#common/contracts/errors.ts'
import { orderPlaced, type OrderPlaced } from '#common/contracts/events.ts'
import type { Order } from '#common/contracts/order.ts'
import type { CrashPoint } from '#common/faults/crash.ts'
import { wallTime } from '#common/contracts/clock.ts'
import type { Handler } from '#common/service/handler.ts'
import type { OrdersTables } from '#common/stores/orders.ts'
import { placeOrder } from '#common/workflow/place-order.ts'
import type { PlacedOrder, Store } from '#common/workflow/store.ts'
import { type Placed, presentState, viewOf } from './answer.ts'

type Parts = {
  store: Store<OrdersTables> & { read: OrdersTables }
  /** @throws LabError `unavailable` when nothing can be published now. */
  checkPublishing(): void
  /** @throws LabError `unavailable`: no queue has it; `deadline-passed`: nobody knows. */
  publish(event: OrderPlaced): Promise<void>
  afterStore: CrashPoint
  afterPublish: CrashPoint
}

export function withoutOutbox({ store, checkPublishing, publish, afterStore, afterPublish }: Parts): {
  /** @throws LabError as `publish`, and for a repeat as with the outbox. */
  place: Handler<Order, Placed>
  shown(orderId: string): PlacedOrder | undefined
} {
  /** Stored, and neither confirmed nor given up. */
  const beingPublished = new Set<string>()

  async function publishOrTakeBack(event: OrderPlaced): Promise<void> {
    const { orderId } = event.data
    beingPublished.add(orderId)
    try {
      await publish(event)
    } catch (error) {
      const { code, detail } = asLabError(error)
      if (code === 'unavailable') await takeBack(orderId)
      throw new LabError(code, detail, { orderId, cause: error })
    } finally {
      beingPublished.delete(orderId)
    }
  }

  async function takeBack(orderId: string): Promise<void> {
    await store
      .transact(tx => tx.removePending(orderId))
      .catch(cause => {
        const detail = 'the order was not published, and could not be taken back: it stays pending; use a new key'
        throw new LabError('deadline-passed', detail, { orderId, cause })
      })
  }

  return {
    async place(order, { correlationId, log }) {
      const happened = { correlationId, occurredAt: wallTime() }
      const { placed, isNew } = await store.transact(tx => {
        const result = placeOrder(tx, order, happened)
        // What is refused here was never stored: an error undoes its own work.
        if (result.isNew) checkPublishing()
        return result
      })
      if (!isNew) return { isNew, view: presentState(placed) }
      afterStore()
      await publishOrTakeBack(orderPlaced(order, happened))
      afterPublish()
      log.info({ orderId: order.orderId }, 'placed')
      // The result may have come before the confirm.
      return { isNew, view: viewOf(store.read.findOrder(order.orderId) ?? placed) }
    },
    shown(orderId) {
      const placed = store.read.findOrder(orderId)
      return placed?.status === 'pending' && beingPublished.has(orderId) ? undefined : placed
    },
  }
}
