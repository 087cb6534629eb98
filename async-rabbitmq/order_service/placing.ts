// The two ways in which order_service is composed: `relayed` has the outbox as its safeguard, `direct` publishes an order's
// event within the request. `main.ts` puts one of them in.
import type { Order } from '#common/contracts/order.ts'
import type { FaultInjector } from '#common/faults/fault-injector.ts'
import type { Handler } from '#common/service/handler.ts'
import type { ServerParts } from '#common/service/http-server.ts'
import { startRelay } from '#common/service/outbox-relay.ts'
import type { OrdersTables } from '#common/stores/orders.ts'
import { type OutboxTables, refuseLeftovers } from '#common/stores/outbox.ts'
import type { ServiceStore } from '#common/stores/store.ts'
import type { PlacedOrder } from '#common/workflow/store.ts'
import type { Broker } from '../broker/broker.ts'
import { eventMessage } from '../messaging/event-message.ts'
import type { Placed } from './answer.ts'
import { placeWithOutbox } from './with-outbox.ts'
import { withoutOutbox } from './without-outbox.ts'

type Parts = ServerParts & {
  config: { RELAY_WINDOW: number; PUBLISH_DEADLINE_MS: number }
  store: ServiceStore<OrdersTables & OutboxTables>
  broker: Broker
  /** The exchange that OrderPlaced goes to. */
  exchange: string
  switchboard: FaultInjector
}

type Placing = {
  place: Handler<Order, Placed>
  /** The order as `GET /order` shows it. */
  shown(orderId: string): PlacedOrder | undefined
  /** Resolves when the service is closing and nothing is under way. */
  ended: Promise<void>
}

export function relayed({ config, exchange, switchboard, ...parts }: Parts): Placing {
  const { store, broker } = parts
  const relay = startRelay({
    ...parts,
    ready: broker.ready,
    publish: event => broker.publish(eventMessage(exchange, event)),
    window: config.RELAY_WINDOW,
    crashPoint: switchboard.crashPoint('publish-dequeue'),
  })
  const crashPoint = switchboard.crashPoint('store-publish')
  const place = placeWithOutbox({ store, wakeRelay: relay.notify, crashPoint })
  return { place, shown: store.read.findOrder, ended: relay.ended }
}

/** @throws LabError `unavailable` when events of an outbox are left in the store */
export function direct({ config, store, broker, exchange, switchboard }: Parts): Placing {
  refuseLeftovers(store.read)
  const deadlineMs = config.PUBLISH_DEADLINE_MS
  const placing = withoutOutbox({
    store,
    checkPublishing: () => broker.checkPublishing(deadlineMs),
    publish: event => broker.publishInTime(eventMessage(exchange, event), deadlineMs),
    afterStore: switchboard.crashPoint('store-publish'),
    afterPublish: switchboard.crashPoint('publish-answer'),
  })
  return { ...placing, ended: Promise.resolve() }
}
