// A record of the notifications topic: one notification that was sent.
import { Order } from '#common/contracts/order.ts'
import { MAX_MESSAGE_BYTES } from '#common/contracts/events.ts'
import { LabError } from '#common/contracts/errors.ts'
import { parse, parseJson } from '#common/contracts/parse.ts'
import { Type, type Static } from 'typebox'
import type { LogRecord } from '../broker/record.ts'

const Text = Type.String({ minLength: 1 })

/** `sentNs`: when it was handed to the producer, on the monotonic clock of the sending machine. */
export const NotificationSent = Type.Object(
  { order: Order, correlationId: Text, occurredAt: Text, sentNs: Type.Number() },
  { additionalProperties: false },
)
export type NotificationSent = Static<typeof NotificationSent>

/** @throws LabError `malformed` or `too-large` */
export function readNotification({ value }: LogRecord): NotificationSent {
  if (value === null || value.byteLength > 2 * MAX_MESSAGE_BYTES)
    throw new LabError(value === null ? 'malformed' : 'too-large', 'the record is not a notification')
  return parse(NotificationSent, parseJson(value, 'the record'), 'notification')
}
