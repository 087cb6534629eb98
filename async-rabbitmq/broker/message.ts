// A message as this model publishes and receives it: bytes, and the few properties that it uses.
// Guarantees: a body is the bytes that were on the wire, when its channel is from `openRawChannel`. Headers of other
// publishers are kept only where they are plain values, so that any message can be republished.
import { randomUUID } from 'node:crypto'
import { StringDecoder } from 'node:string_decoder'
import type { AsyncMessage, Channel, Connection, Envelope, SyncMessage } from 'rabbitmq-client'
import type { InventoryEvent, OrderDeadLettered, OrderPlaced } from '#common/contracts/events.ts'

export type Headers = Record<string, string | number | boolean>

export type Outgoing = {
  exchange: string
  routingKey: string
  body: Buffer
  messageId?: string
  correlationId?: string
  type?: string
  contentType?: string
  headers?: Headers
  /** How long until it expires in its queue. */
  expirationMs?: number
}

export type Incoming = {
  queue: string
  body: Buffer
  messageId: string | undefined
  correlationId: string | undefined
  type: string | undefined
  contentType: string | undefined
  headers: Headers
  /** How often a consumer returned it, or lost its channel before it acked it. */
  deliveryCount: number
  /** Why the broker itself dead-lettered it: the broker's own word. */
  brokerReason: string | undefined
}

/** Tests whether a queue confirms; consumers drop it. */
export const PROBE = { type: 'probe', contentType: 'text/plain', body: Buffer.from('a probe of the queue') }

/** By its bytes alone, which are no event: a message of any publisher may have that type. */
export const isProbe = ({ body }: Pick<Incoming, 'body'>): boolean => body.equals(PROBE.body)

/**
 * Every message is durable and mandatory. Its id identifies it when the broker returns it, so it is sent as it will come
 * back: the client cuts longer text itself, and not between characters.
 */
export const envelopeOf = (message: Outgoing): Envelope & { messageId: string } => ({
  exchange: message.exchange,
  routingKey: message.routingKey,
  mandatory: true,
  durable: true,
  messageId: shortText(message.messageId) ?? randomUUID(),
  correlationId: shortText(message.correlationId),
  type: shortText(message.type),
  contentType: shortText(message.contentType) ?? 'application/json',
  headers: message.headers,
  expiration: message.expirationMs === undefined ? undefined : String(message.expirationMs),
})

/** In bytes, for the name of a header and for every property that is text. */
export const MAX_SHORT_TEXT = 255

/** Text that was read from bytes which are no UTF-8 can be longer than those were. */
const shortText = (text: string | undefined): string | undefined =>
  text === undefined ? undefined : new StringDecoder('utf8').write(Buffer.from(text).subarray(0, MAX_SHORT_TEXT))

/** The body is the whole event; the properties repeat what tools show without reading a body. */
export const eventMessage = (exchange: string, event: OrderPlaced | InventoryEvent | OrderDeadLettered): Outgoing => ({
  exchange,
  routingKey: event.type,
  messageId: event.id,
  correlationId: event.correlationId,
  type: event.type,
  body: Buffer.from(JSON.stringify(event)),
})

/** The content encoding of a received message that has none. */
const RAW = 'raw'

/**
 * Opens a channel that delivers bodies as the bytes that were on the wire. Rejects when there is no connection in time.
 * The client parses a body by its content type, unless the message has a content encoding. Parsing would replace invalid
 * UTF-8 and lose the size on the wire. So each header frame gets a content encoding before the client reads it.
 * This depends on an internal method of the client; a version without that method is refused at once.
 */
export async function openRawChannel(connection: Connection): Promise<Channel> {
  const channel = await connection.acquire({ emitErrorsFromChannel: true })
  const inner: unknown = Reflect.get(channel, '_onHeader')
  if (typeof inner !== 'function') throw new Error('this version of rabbitmq-client cannot deliver raw bodies')
  Reflect.set(channel, '_onHeader', (frame: { fields: { contentEncoding?: string } }) => {
    frame.fields.contentEncoding ||= RAW
    Reflect.apply(inner, channel, [frame])
  })
  // An error closes the channel, and its user handles the close.
  channel.on('error', () => {})
  return channel
}

/** A message of a raw channel. Its headers may be anything: what is not as the broker writes it does not count. */
export function incomingOf(queue: string, message: AsyncMessage | SyncMessage): Incoming {
  const given: Record<string, unknown> = message.headers ?? {}
  const count = given['x-delivery-count']
  return {
    queue,
    body: bytesOf(message.body),
    messageId: message.messageId,
    correlationId: message.correlationId,
    type: message.type,
    contentType: message.contentType,
    headers: plainHeaders(given),
    deliveryCount: typeof count === 'number' ? count : 0,
    brokerReason: firstDeathReason(given['x-death']),
  }
}

function bytesOf(body: unknown): Buffer {
  if (Buffer.isBuffer(body)) return body
  throw new Error(`the AMQP client parsed a body despite the content encoding "${RAW}"`)
}

function plainHeaders(given: Record<string, unknown>): Headers {
  const plain: Headers = {}
  for (const [name, value] of Object.entries(given))
    if (typeof value === 'string' || typeof value === 'boolean') plain[name] = value
    else if (typeof value === 'number' && Number.isSafeInteger(value)) plain[name] = value
  return plain
}

function firstDeathReason(deaths: unknown): string | undefined {
  const first: unknown = Array.isArray(deaths) ? deaths[0] : undefined
  if (typeof first !== 'object' || first === null || !('reason' in first)) return undefined
  return typeof first.reason === 'string' ? first.reason : undefined
}
