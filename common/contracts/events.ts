// The events that cross RabbitMQ and Kafka, in one envelope.
// Guarantees: an event's `id` follows from its type and its order, so that an event that is published again
// has the same id and every reader can recognise it. Not promised: that an event arrives once.
import { Type, type Static, type TSchema } from './type.ts'
import { ErrorCode } from './errors.ts'
import { FailureReason, Order, type Outcome } from './order.ts'
import { closedObject, parse } from './parse.ts'

export const EVENT_VERSION = 1
/** In bytes. Larger message bodies are refused before they are parsed. The largest order that its contract allows fits in, as UTF-8 without escapes. */
export const MAX_MESSAGE_BYTES = 512 * 1024
/** The same of `POST /order`: an event of the order has ids and a time besides, and may not be too large then. */
export const MAX_ORDER_BYTES = MAX_MESSAGE_BYTES - 4 * 1024

const Text = Type.String({ minLength: 1, maxLength: 256 })

const OF_CLOCK = '([01]\\d|2[0-3]):[0-5]\\d'
/**
 * A time as others may write it: RFC 3339, in UTC (`Z`) or with an offset, with fraction digits, as many as
 * 64 characters hold, or none. Such a date exists. It is passed on as it was written.
 */
const Time = Type.String({
  maxLength: 64,
  // The length of months and when there is a leap second.
  format: 'date-time',
  // And what the format is lax about: it adds the offset to hours and minutes that no clock has, and takes offsets without a colon.
  pattern: `^\\d{4}-\\d\\d-\\d\\d[Tt]${OF_CLOCK}:([0-5]\\d|60)(\\.\\d+)?([Zz]|[+-]${OF_CLOCK})$`,
})

const event = <Kind extends string, Data extends TSchema>(type: Kind, data: Data) =>
  closedObject({
    id: Text,
    type: Type.Literal(type),
    version: Type.Literal(EVENT_VERSION),
    correlationId: Text,
    /** Event time: when the thing happened, not when it was sent or read. */
    occurredAt: Time,
    data,
  })

export const OrderPlaced = event('OrderPlaced', Order)
export type OrderPlaced = Static<typeof OrderPlaced>

/** The whole order, so that what is read back from the log is an order that every store can hold. */
const decided = Order.properties

export const InventoryReserved = event('InventoryReserved', closedObject(decided))
export type InventoryReserved = Static<typeof InventoryReserved>

const InventoryFailed = event('InventoryFailed', closedObject({ ...decided, reason: FailureReason }))

/** A record of the topic `inventory-events`. */
export const InventoryEvent = Type.Union([InventoryReserved, InventoryFailed])
export type InventoryEvent = Static<typeof InventoryEvent>

/** The OrderPlaced of this order could not be handled, and is a dead letter. `occurredAt` says since when. */
export const OrderDeadLettered = event('OrderDeadLettered', closedObject({ ...decided, reason: ErrorCode }))
export type OrderDeadLettered = Static<typeof OrderDeadLettered>

export type EventType = 'OrderPlaced' | 'InventoryReserved' | 'InventoryFailed' | 'OrderDeadLettered'

/** The id of an order's event of that type, the same each time it is published. */
export const eventId = (type: EventType, orderId: string): string => `${type}:${orderId}`

/** When something happened and on whose behalf; it travels with the order. */
export type Occurrence = { correlationId: string; occurredAt: string }

export function orderPlaced(order: Order, { correlationId, occurredAt }: Occurrence): OrderPlaced {
  const type = 'OrderPlaced'
  return { id: eventId(type, order.orderId), type, version: EVENT_VERSION, correlationId, occurredAt, data: order }
}

/** The fields of an order in one sequence, so that the same order is the same bytes. */
const inSequence = ({ orderId, userId, kitchenId, items, note }: Order): Order => ({
  orderId,
  userId,
  kitchenId,
  items,
  ...(note !== undefined && { note }),
})

/** The result event of an order: the same decision gives the same event, byte for byte. */
export function inventoryEvent(order: Order, outcome: Outcome, happened: Occurrence): InventoryEvent {
  const { correlationId, occurredAt } = happened
  const { orderId } = order
  const data = inSequence(order)
  const envelope = { version: EVENT_VERSION, correlationId, occurredAt } as const
  return outcome.status === 'reserved'
    ? { ...envelope, id: eventId('InventoryReserved', orderId), type: 'InventoryReserved', data }
    : {
        ...envelope,
        id: eventId('InventoryFailed', orderId),
        type: 'InventoryFailed',
        data: { ...data, reason: outcome.reason },
      }
}

export function orderDeadLettered(order: Order, reason: ErrorCode, happened: Occurrence): OrderDeadLettered {
  const { correlationId, occurredAt } = happened
  const type = 'OrderDeadLettered'
  const data = { ...inSequence(order), reason }
  return { id: eventId(type, order.orderId), type, version: EVENT_VERSION, correlationId, occurredAt, data }
}

/** The outcome that a result event reports. */
export const outcomeOf = (event: InventoryEvent): Outcome =>
  event.type === 'InventoryReserved' ? { status: 'reserved' } : { status: 'failed', reason: event.data.reason }

/** The order that an event of inventory carries, complete. */
export const orderOf = ({ data }: InventoryEvent | OrderDeadLettered): Order => inSequence(data)

const WithOrderId = Type.Object({ data: Type.Object({ orderId: Type.String() }) })

/** The order of a message, where the message has one; its body may be anything. */
export function orderIdIn(body: Buffer | null): string | undefined {
  try {
    return parse(WithOrderId, JSON.parse(String(body))).data.orderId
  } catch {
    return undefined
  }
}
