// `POST /order` without the outbox: the order is in the log, acknowledged by all in-sync replicas, before the client is
// told 202.
// Guarantees: an order that was answered with 2xx is in the log and in the view. 503: it is not in the log. 504: nobody
// knows yet; the view shows it as soon as the log does. The same key never places two orders: what is on its way is
// remembered until the log has it, and before this process answered anybody it had read the whole log.
import { LabError } from '#common/contracts/errors.ts'
import { orderPlaced } from '#common/contracts/events.ts'
import { fingerprint, type Order } from '#common/contracts/order.ts'
import type { CrashPoint } from '#common/faults/crash.ts'
import { wallTime } from '#common/contracts/clock.ts'
import type { Context } from '#common/service/handler.ts'
import type { Store } from '#common/workflow/store.ts'
import { jsonRecord } from '../broker/record.ts'
import type { KafkaConnection } from '../messaging/connection.ts'
import { type Placed, presentState, undecided } from './answer.ts'
import { learn, type ViewTables } from './orders-view.ts'

export type WithoutOutboxParts = {
  kafka: Pick<KafkaConnection, 'producer' | 'topics'>
  store: Store<ViewTables> & { read: ViewTables }
  /** Fingerprints of the orders that are on their way to the log, by id. */
  onTheirWay: Map<string, string>
  ready(): boolean
  deadlineMs: number
  afterProduce: CrashPoint
}

/** @throws LabError `unavailable`, `deadline-passed`, `key-reused`, `order-undecided`, or the reason why it failed */
export function placeWithoutOutbox(parts: WithoutOutboxParts) {
  const { kafka, store, onTheirWay, ready, deadlineMs, afterProduce } = parts
  return async (order: Order, { correlationId, log }: Pick<Context, 'correlationId' | 'log'>): Promise<Placed> => {
    if (!ready()) throw new LabError('unavailable', 'the service has not read the log yet; nothing happened')
    const { orderId, kitchenId } = order
    const print = fingerprint(order)
    const before = store.read.findOrder(orderId)
    const known = onTheirWay.get(orderId) ?? before?.fingerprint
    if (known !== undefined && known !== print)
      throw new LabError('key-reused', 'use a new Idempotency-Key for another order', { orderId })
    if (before) return { isNew: false, view: presentState(before) }
    if (known) throw undecided(orderId)

    const event = orderPlaced(order, { correlationId, occurredAt: wallTime() })
    onTheirWay.set(orderId, print)
    try {
      await kafka.producer.send(jsonRecord(kafka.topics.orders, kitchenId, event, correlationId), deadlineMs)
    } catch (error) {
      // What was handed over is forgotten when the view shows it; what was refused is over.
      if (error instanceof LabError && error.code !== 'deadline-passed') onTheirWay.delete(orderId)
      throw error instanceof LabError ? new LabError(error.code, error.detail, { orderId, cause: error }) : error
    }
    afterProduce()
    await store
      .transact(tx => learn(tx, order, event))
      .catch(cause => {
        const detail = 'the order is in the log, but this service could not note it; ask again with the same key'
        throw new LabError('deadline-passed', detail, { orderId, cause })
      })
    onTheirWay.delete(orderId)
    log.info({ orderId }, 'placed')
    return { isNew: true, view: { orderId, status: 'pending' } }
  }
}
