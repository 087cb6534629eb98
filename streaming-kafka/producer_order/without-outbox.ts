// `POST /order` without the outbox: the order is in the log, acknowledged by all in-sync replicas, before the client is
// answered 202.
// Guarantees: an order that was answered with 2xx is in the log and in the view. 503: it is not in the log. 504: it is
// unknown; the view shows it as soon as the log has it. The same key never places two orders: an order in flight is
// remembered until the log has it, and before this process answers anybody it has read the whole log.
import { orUndefined } from '#common/messaging/read-event.ts'
import { LabError } from '#common/contracts/errors.ts'
import { orderPlaced, type OrderPlaced } from '#common/contracts/events.ts'
import { fingerprint } from '#common/contracts/order.ts'
import { wallTime } from '#common/contracts/clock.ts'
import { openAdmission } from '#common/service/admission.ts'
import { refuseLeftovers } from '#common/stores/outbox.ts'
import { presentState, undecided } from '#common/workflow/present-order.ts'
import { eventRecord, readOrderPlaced } from '../broker/record.ts'
import { notRead, type IntakeParts, type OrderIntake } from './order-intake.ts'
import { storeOrder } from './orders-view.ts'

/** @throws LabError `unavailable` when events of an outbox are left in the store */
export async function withoutOutbox({
  config,
  store,
  kafka,
  faultInjector,
  ...parts
}: IntakeParts): Promise<OrderIntake> {
  refuseLeftovers(store.peek)
  // From here on orders may be in the log and not in the store.
  if (store.peek.isBootstrapped()) await store.transact(tx => tx.setBootstrapped(false))
  const { topics, producer } = kafka
  const afterProduce = faultInjector.crashPoint('produce-answer')
  /** Fingerprints of the orders that may still come into the log, by id. */
  const inFlight = new Map<string, string>()
  // One that the view shows already is counted twice for a moment, and no order is left out.
  const countUndecided = () => store.peek.undecided() + inFlight.size
  const admit = openAdmission({ ...parts, config, undecided: countUndecided })
  let isReady = false

  /** A record that was sent stays in flight until the view shows its order; a refused one is not in the log. */
  async function produce(event: OrderPlaced): Promise<void> {
    const { orderId } = event.data
    inFlight.set(orderId, fingerprint(event.data))
    try {
      await producer.send(eventRecord(topics.orders, event), config.PRODUCE_DEADLINE_MS)
    } catch (error) {
      if (error instanceof LabError && error.code !== 'deadline-passed') inFlight.delete(orderId)
      throw error instanceof LabError ? new LabError(error.code, error.detail, { orderId, cause: error }) : error
    }
  }

  return {
    /** @throws LabError `overloaded`, `unavailable`, `deadline-passed`, `key-reused`, `order-undecided`, or the reason why it failed */
    async place(order, { correlationId, log }) {
      if (!isReady) throw notRead()
      const { orderId } = order
      const before = store.peek.findOrder(orderId)
      const known = inFlight.get(orderId) ?? before?.fingerprint
      if (known !== undefined && known !== fingerprint(order))
        throw new LabError('key-reused', 'use a new Idempotency-Key for another order', { orderId })
      if (before) return store.read(() => ({ isNew: false, view: presentState(before) }))
      if (known) throw undecided(orderId)
      admit()

      const event = orderPlaced(order, { correlationId, occurredAt: wallTime() })
      await produce(event)
      afterProduce()
      await store.transact(tx => storeOrder(tx, order, event)).catch(cause => Promise.reject(notStored(orderId, cause)))
      inFlight.delete(orderId)
      log.info({ orderId }, 'placed')
      return { isNew: true, view: { orderId, status: 'pending' } }
    },
    inFlight: () => inFlight.size,
    /** An order that the view shows is no longer in flight. */
    onApplied(records) {
      for (const record of inFlight.size > 0 ? records : []) {
        const event = record.topic === topics.orders ? orUndefined(readOrderPlaced, record) : undefined
        if (event) inFlight.delete(event.data.orderId)
      }
    },
    async onCaughtUp() {
      isReady = true
    },
    ended: Promise.resolve(),
  }
}

function notStored(orderId: string, cause: unknown): LabError {
  const detail = 'the order is in the log, but this service could not store it; try again with the same key'
  return new LabError('deadline-passed', detail, { orderId, cause })
}
