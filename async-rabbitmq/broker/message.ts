// A message as this model publishes and receives it: bytes, and the few properties that it uses.
// Guarantees: a body is the bytes that were on the wire. Headers of other publishers are kept only where they are plain
// values, so that any message can be republished.
import { randomUUID } from 'node:crypto'
import type { AsyncMessage, Envelope, SyncMessage } from 'rabbitmq-client'
import { RAW } from './raw-channel.ts'

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

/** The type of a message that tests whether a queue confirms; consumers drop it. */
export const PROBE = 'probe'

/** Every message is durable and mandatory. Its id identifies it when the broker returns it. */
export const envelopeOf = (message: Outgoing): Envelope & { messageId: string } => ({
  exchange: message.exchange,
  routingKey: message.routingKey,
  mandatory: true,
  durable: true,
  messageId: message.messageId ?? randomUUID(),
  correlationId: message.correlationId,
  type: message.type,
  contentType: message.contentType ?? 'application/json',
  headers: message.headers,
  expiration: message.expirationMs === undefined ? undefined : String(message.expirationMs),
})

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
    if (typeof value === 'string' || typeof value === 'boolean' || Number.isSafeInteger(value))
      plain[name] = value as string | number | boolean
  return plain
}

function firstDeathReason(deaths: unknown): string | undefined {
  const first: unknown = Array.isArray(deaths) ? deaths[0] : undefined
  if (typeof first !== 'object' || first === null || !('reason' in first)) return undefined
  return String(first.reason)
}
