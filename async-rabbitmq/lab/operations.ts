// What only this model can do: publish raw bytes, publish an order's event again, deliver every message twice.
import { randomUUID } from 'node:crypto'
import { Type } from '#common/contracts/type.ts'
import { InventoryEvent, orderPlaced, outcomeOf } from '#common/contracts/events.ts'
import { Order } from '#common/contracts/order.ts'
import { closedObject, parse } from '#common/contracts/parse.ts'
import { readEvent } from '#common/messaging/read-event.ts'
import type { Operation } from '#engine/experiment/model.ts'
import { type NewReaderOperations, readOrdersBy, type Take } from '#engine/experiment/new-reader.ts'
import { wallTime } from '#common/contracts/clock.ts'
import { eventMessage, type Incoming } from '../broker/message.ts'
import type { QueueBrowser } from '../broker/queue-browser.ts'
import type { Topology } from '../messaging/topology.ts'
import { type DuplicatorOperations, duplicatorOperations } from './duplicator.ts'

const PublishRaw = closedObject({
  /** Text, or bytes in base64. */
  body: Type.Optional(Type.String()),
  base64: Type.Optional(Type.String()),
  type: Type.Optional(Type.String()),
  messageId: Type.Optional(Type.String()),
  contentType: Type.Optional(Type.String()),
  headers: Type.Optional(Type.Record(Type.String(), Type.Union([Type.String(), Type.Number(), Type.Boolean()]))),
  /** Without its prefix; by default the exchange of OrderPlaced. */
  exchange: Type.Optional(Type.String()),
  routingKey: Type.Optional(Type.String()),
})

const Redeliver = closedObject({
  orders: Type.Array(Order, { minItems: 1, maxItems: 10_000 }),
  /** `same`: with the id of the event that the order service publishes. `new`: with an id of its own. */
  as: Type.Optional(Type.Union([Type.Literal('same'), Type.Literal('new')])),
  times: Type.Optional(Type.Integer({ minimum: 1, maximum: 10_000 })),
  correlationId: Type.Optional(Type.String({ minLength: 1, maxLength: 256 })),
})

/** So many that each is confirmed well within the deadline of a publish. */
const AT_ONCE = 1_000

export type RabbitmqOperations = DuplicatorOperations &
  NewReaderOperations & {
    /** Publishes bytes unchanged, confirmed; answers with the message's id. */
    'publish-raw': Operation<{ messageId: string }>
    /** Publishes OrderPlaced of orders again, once or several times, confirmed; answers with the ids of the messages. */
    redeliver: Operation<{ messageIds: string[] }>
  }

const readResult = readEvent(InventoryEvent, ['InventoryReserved', 'InventoryFailed'])

/** Takes the outcome that a message brings. @throws LabError when it brings none */
export const takeResult =
  (take: Take) =>
  ({ body }: Pick<Incoming, 'body'>): void => {
    const event = readResult(body)
    take(event.data.orderId, outcomeOf(event).status)
  }

export const operationsOf = (browser: QueueBrowser, topology: Topology): RabbitmqOperations => ({
  ...duplicatorOperations(browser, topology),
  ...readOrdersBy((take, signal) => browser.readStream(topology.stream, takeResult(take), { signal })),
  async 'publish-raw'(args) {
    const { body = '', base64, exchange, routingKey = 'OrderPlaced', ...rest } = parse(PublishRaw, args, 'publish-raw')
    const messageId = rest.messageId ?? randomUUID()
    const bytes = base64 === undefined ? Buffer.from(body) : Buffer.from(base64, 'base64')
    const to = exchange === undefined ? topology.orders : exchange && topology.prefix + exchange
    await browser.publish({ ...rest, messageId, exchange: to, routingKey, body: bytes })
    return { messageId }
  },
  async redeliver(args) {
    const { orders, as = 'same', times = 1, correlationId = randomUUID() } = parse(Redeliver, args, 'redeliver')
    const events = Array.from({ length: times }, () => orders)
      .flat()
      .map(order => orderPlaced(order, { correlationId, occurredAt: wallTime() }))
      .map(event => (as === 'same' ? event : { ...event, id: `${event.id}:${randomUUID()}` }))
    for (let from = 0; from < events.length; from += AT_ONCE) {
      const some = events.slice(from, from + AT_ONCE)
      await Promise.all(some.map(event => browser.publish(eventMessage(topology.orders, event))))
    }
    return { messageIds: events.map(({ id }) => id) }
  },
})
