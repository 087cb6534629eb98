// The events of this model's topics, from the bytes of a record. common/messaging/read-event.ts reads them.
import { InventoryEvent, OrderPlaced } from '#common/contracts/events.ts'
import { readEvent } from '#common/messaging/read-event.ts'
import type { LogRecord } from '../broker/record.ts'

const orderPlaced = readEvent(OrderPlaced, ['OrderPlaced'])
const inventoryEvent = readEvent(InventoryEvent, ['InventoryReserved', 'InventoryFailed'])

/** @throws LabError `malformed`, `too-large` or `unknown-event` */
export const readOrderPlaced = ({ value }: LogRecord): OrderPlaced => orderPlaced(value)

/** An event of the InventoryEvents stream. @throws LabError `malformed`, `too-large` or `unknown-event` */
export const readInventoryEvent = ({ value }: LogRecord): InventoryEvent => inventoryEvent(value)

/** The event, or undefined for poison: the consumer that works on the topic dead-letters it, other readers skip it. */
export function orUndefined<Event>(read: (record: LogRecord) => Event, record: LogRecord): Event | undefined {
  try {
    return read(record)
  } catch {
    return undefined
  }
}
