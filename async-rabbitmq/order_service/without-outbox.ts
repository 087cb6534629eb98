// `POST /order` without the outbox: the order is stored as pending, its OrderPlaced is published, and the client is
// answered 202 when the broker has confirmed it.
// Guarantees: 202: the order is on this disk and its event on the broker's. 503: no queue has the event, and the order
// is removed again, so that its key may be tried again. 504: the event was sent and not confirmed in time; nobody
// knows, and the order stays pending until its result comes. `find` never finds an order that may still be removed.
// Not promised, and what the outbox is for: nobody publishes an event again. An order stays pending for ever, and its
// key undecided, when this service dies after storing it and before its event has left, and when the broker loses an
// event that it had not confirmed.
import { asLabError, LabError } from '#common/contracts/errors.ts'
import { orderPlaced, type OrderPlaced } from '#common/contracts/events.ts'
import { wallTime } from '#common/contracts/clock.ts'
import { openAdmission } from '#common/service/admission.ts'
import { refuseLeftovers } from '#common/stores/outbox.ts'
import { placeOrder } from '#common/workflow/place-order.ts'
import { presentState, viewOf } from '#common/workflow/present-order.ts'
import { eventMessage } from '../broker/message.ts'
import type { IntakeParts, OrderIntake } from './order-intake.ts'

/** @throws LabError `unavailable` when events of an outbox are left in the store */
export function withoutOutbox({ config, reading, faultInjector, ...parts }: IntakeParts): OrderIntake {
  const { store, broker } = parts
  refuseLeftovers(store.peek)
  const deadlineMs = config.PUBLISH_DEADLINE_MS
  const admit = openAdmission({ ...parts, config, undecided: store.peek.undecided })
  const afterStore = faultInjector.crashPoint('store-publish')
  const afterPublish = faultInjector.crashPoint('publish-answer')
  /** Stored, and neither confirmed nor removed. */
  const beingPublished = new Set<string>()

  async function publishOrRemove(event: OrderPlaced): Promise<void> {
    const { orderId } = event.data
    try {
      await broker.publishInTime(eventMessage(broker.topology.orders, event), deadlineMs)
    } catch (error) {
      const { code, detail } = asLabError(error)
      if (code === 'unavailable') await removeOrder(orderId)
      throw new LabError(code, detail, { orderId, cause: error })
    }
  }

  async function removeOrder(orderId: string): Promise<void> {
    await store
      .transact(tx => tx.removePending(orderId))
      .catch(cause => {
        const detail = 'the order was not published and could not be removed: it stays pending; use a new key'
        throw new LabError('deadline-passed', detail, { orderId, cause })
      })
  }

  return {
    /** @throws LabError `overloaded`, as `publishInTime`, and for a repeated key as with the outbox. */
    async place(order, { correlationId, log }) {
      const { orderId } = order
      const happened = { correlationId, occurredAt: wallTime() }
      let isNew = false
      try {
        const placed = await store.transact(tx => {
          const result = placeOrder(tx, order, happened, () => {
            reading.checkPublishing()
            admit()
            broker.checkPublishing(deadlineMs)
          })
          isNew = result.isNew
          // Together with its row: who reads the row must know that it may be removed.
          if (isNew) beingPublished.add(orderId)
          return result.placed
        })
        if (!isNew) return { isNew, view: presentState(placed) }
        afterStore()
        await publishOrRemove(orderPlaced(order, happened))
        afterPublish()
        log.info({ orderId }, 'placed')
        // The result may have come before the confirm.
        return { isNew, view: viewOf((await store.read(tx => tx.findOrder(orderId))) ?? placed) }
      } finally {
        if (isNew) beingPublished.delete(orderId)
      }
    },
    find: orderId =>
      store.read(tx => {
        const placed = tx.findOrder(orderId)
        return placed?.status === 'pending' && beingPublished.has(orderId) ? undefined : placed
      }),
    ended: Promise.resolve(),
  }
}
