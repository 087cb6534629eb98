// The two ways in which producer_order is composed: `direct` writes an order into the log within its request, `relayed` is
// the same service with the outbox as its safeguard. `main.ts` puts one of them in.
import { LabError } from '#common/contracts/errors.ts'
import type { Order } from '#common/contracts/order.ts'
import type { FaultInjector } from '#common/faults/fault-injector.ts'
import type { Context } from '#common/service/handler.ts'
import type { ServerParts } from '#common/service/http-server.ts'
import { startRelay } from '#common/service/outbox-relay.ts'
import { type OutboxTables, refuseLeftovers } from '#common/stores/outbox.ts'
import type { ServiceStore } from '#common/stores/store.ts'
import { jsonRecord, type LogRecord } from '../broker/record.ts'
import type { KafkaConnection } from '../messaging/connection.ts'
import { orUndefined, readOrderPlaced } from '../messaging/read-event.ts'
import type { Placed } from './answer.ts'
import type { ViewTables } from './orders-view.ts'
import type { BootstrapTables } from './bootstrap-marker.ts'
import { placeWithOutbox } from './with-outbox.ts'
import { placeWithoutOutbox } from './without-outbox.ts'

type Parts = ServerParts & {
  config: { PRODUCE_DEADLINE_MS: number; RELAY_WINDOW: number }
  store: ServiceStore<ViewTables & OutboxTables & BootstrapTables>
  kafka: Pick<KafkaConnection, 'producer' | 'topics'>
  switchboard: FaultInjector
}

type Placing = {
  place(order: Order, context: Context): Promise<Placed>
  /** How many orders may still come to be shown. */
  onTheirWay(): number
  /** The view shows what these records say. */
  applied(records: LogRecord[]): void
  /** The view shows all that was in the log at the start. */
  caughtUp(): Promise<void>
  /** Resolves when the service is closing and nothing is under way. */
  ended: Promise<void>
}

/** @throws LabError `unavailable` when events of an outbox are left in the store */
export async function direct({ config, store, kafka, switchboard }: Parts): Promise<Placing> {
  refuseLeftovers(store.read)
  // From here on orders may be in the log and not in the store.
  if (store.read.isBootstrapped()) await store.transact(tx => tx.setBootstrapped(false))
  const onTheirWay = new Map<string, string>()
  let isReady = false
  const place = placeWithoutOutbox({
    kafka,
    store,
    onTheirWay,
    ready: () => isReady,
    deadlineMs: config.PRODUCE_DEADLINE_MS,
    afterProduce: switchboard.crashPoint('produce-answer'),
  })
  return {
    place,
    onTheirWay: () => onTheirWay.size,
    /** What the view shows is no longer on its way. */
    applied(records) {
      for (const record of onTheirWay.size > 0 ? records : []) {
        const event = record.topic === kafka.topics.orders ? orUndefined(readOrderPlaced, record) : undefined
        if (event) onTheirWay.delete(event.data.orderId)
      }
    },
    async caughtUp() {
      isReady = true
    },
    ended: Promise.resolve(),
  }
}

export async function relayed({ config, kafka, switchboard, ...parts }: Parts): Promise<Placing> {
  const { store, closing } = parts
  const { topics, producer } = kafka
  const onTheirWay = new Set<Order>()
  let isWhole = store.read.isBootstrapped()
  const logIsRead = Promise.withResolvers<void>()
  logIsRead.promise.catch(() => {})
  closing.addEventListener('abort', () => logIsRead.reject(new LabError('unavailable', 'the service is closing')))
  const relay = startRelay({
    ...parts,
    // Not before the view has found that this is the log which the store belongs to.
    ready: () => logIsRead.promise,
    // The producer keeps what it was given until the log has it, in this order; a deadline would send it twice.
    publish: event => producer.send(jsonRecord(topics.orders, event.data.kitchenId, event, event.correlationId)),
    window: config.RELAY_WINDOW,
    crashPoint: switchboard.crashPoint('produce-dequeue'),
  })
  const crashPoint = switchboard.crashPoint('store-produce')
  return {
    place: placeWithOutbox({ store, onTheirWay, ready: () => isWhole, wakeRelay: relay.notify, crashPoint }),
    onTheirWay: () => onTheirWay.size,
    applied() {},
    async caughtUp() {
      if (!isWhole) await store.transact(tx => tx.setBootstrapped(true))
      isWhole = true
      logIsRead.resolve()
    },
    ended: relay.ended,
  }
}
