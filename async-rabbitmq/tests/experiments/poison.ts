// The classes of poison: messages that can never be handled, each with the reason that its dead letter must have.
import type { ErrorCode } from '#common/contracts/errors.ts'
import { MAX_MESSAGE_BYTES, orderPlaced } from '#common/contracts/events.ts'
import { DEFAULT_KITCHEN } from '#common/contracts/order.ts'

export type Poison = {
  class: string
  /** Part of the body where the class allows it, to identify the message. */
  id: string
  /** The order that the body still names. */
  orderId?: string
  /** Arguments of `publish-raw`. */
  message: { body: string } | { base64: string }
  reason: ErrorCode
}

type PoisonMessage = Pick<Poison, 'message' | 'orderId'>

const order = (orderId: string) => ({ orderId, userId: 'poisoner', kitchenId: DEFAULT_KITCHEN, items: lines(1, 1) })
const lines = (count: number, quantity: number) => Array.from({ length: count }, () => ({ sku: 'burger', quantity }))

/** An OrderPlaced that is valid except for these fields. */
const event =
  (fields: object) =>
  (id: string): PoisonMessage => {
    const valid = orderPlaced(order(id), { correlationId: id, occurredAt: '2026-01-01T00:00:00.000Z' })
    const message = { body: JSON.stringify({ ...valid, ...fields }) }
    return 'data' in fields ? { message } : { message, orderId: id }
  }

const data =
  (fields: object) =>
  (id: string): PoisonMessage => ({ ...event({ data: { ...order(id), ...fields } })(id), orderId: id })

/** U+00C3 begins a sequence of two bytes, and a parenthesis does not end it. */
const notUtf8 = (id: string) =>
  Buffer.concat([Buffer.from(`{"id":"${id}","name":"`), Buffer.from([0xc3, 0x28]), Buffer.from('"}')])

const CLASSES: readonly [string, (id: string) => PoisonMessage, ErrorCode][] = [
  ['not JSON', id => ({ message: { body: `{"id": "${id}"` } }), 'malformed'],
  ['not UTF-8', id => ({ message: { base64: notUtf8(id).toString('base64') } }), 'malformed'],
  ['an array', id => ({ message: { body: JSON.stringify([id]) } }), 'malformed'],
  ['null', () => ({ message: { body: 'null' } }), 'malformed'],
  ['a field missing', event({ data: undefined }), 'malformed'],
  ['a wrong type', data({ userId: 7 }), 'malformed'],
  ['a negative quantity', data({ items: lines(1, -3) }), 'malformed'],
  ['a huge quantity', data({ items: lines(1, 1e12) }), 'malformed'],
  ['101 lines', data({ items: lines(101, 1) }), 'malformed'],
  ['unknown event type', event({ type: 'OrderEaten' }), 'unknown-event'],
  ['unknown version', event({ version: 99 }), 'unknown-event'],
  ['oversized body', id => ({ message: { body: JSON.stringify([id, 'x'.repeat(MAX_MESSAGE_BYTES)]) } }), 'too-large'],
]

/** One of each class. */
export const POISON: readonly Poison[] = CLASSES.map(([name, messageOf, reason], index) => {
  const id = `poison-${String(index).padStart(2, '0')}`
  return { class: name, id, ...messageOf(id), reason }
})

/** The body of its dead letter. */
export const bodyOf = ({ message }: Poison): string =>
  'body' in message ? message.body : Buffer.from(message.base64, 'base64').toString()
