// A record of the log, as the services use it, and the events in its bytes.
import { InventoryEvent, OrderPlaced } from '#common/contracts/events.ts'
import { readEvent } from '#common/messaging/read-event.ts'

/** A record to write. The key decides the partition, in the same way as in the Java client. */
export type NewRecord = {
  topic: string
  key: string | null
  value: Uint8Array | null
  headers?: Record<string, string>
}

/** A record that was read. */
export type LogRecord = {
  topic: string
  partition: number
  offset: bigint
  key: string | null
  value: Buffer | null
  headers: Record<string, string>
}

/** The next offset to read of each partition, by topic. */
export type Positions = Map<string, bigint[]>

/** Every partition was read up to its end in `ends`. */
export const hasReached = (positions: Positions, ends: Positions): boolean =>
  [...ends].every(([topic, offsets]) => offsets.every((end, p) => (positions.get(topic)?.[p] ?? 0n) >= end))

/** The record is before the end of its partition in `ends`. */
export const isBefore = (ends: Positions, { topic, partition, offset }: LogRecord): boolean =>
  offset < (ends.get(topic)?.[partition] ?? 0n)

export const CORRELATION_HEADER = 'correlation-id'

/** A record with a JSON value. The correlation id of its order is repeated in a header. */
export const jsonRecord = (topic: string, key: string, value: { correlationId: string }): NewRecord => ({
  topic,
  key,
  value: Buffer.from(JSON.stringify(value)),
  headers: { [CORRELATION_HEADER]: value.correlationId },
})

/** An event as a record, keyed by its kitchen. */
export const eventRecord = (topic: string, event: OrderPlaced | InventoryEvent): NewRecord =>
  jsonRecord(topic, event.data.kitchenId, event)

const orderPlaced = readEvent(OrderPlaced, ['OrderPlaced'])
const inventoryEvent = readEvent(InventoryEvent, ['InventoryReserved', 'InventoryFailed'])

/** @throws LabError `malformed`, `too-large` or `unknown-event` */
export const readOrderPlaced = ({ value }: LogRecord): OrderPlaced => orderPlaced(value)

/** An event of the InventoryEvents stream. @throws LabError `malformed`, `too-large` or `unknown-event` */
export const readInventoryEvent = ({ value }: LogRecord): InventoryEvent => inventoryEvent(value)

/** What `read` returns, or undefined for poison: the consumer that works on the topic dead-letters it, others skip it. */
export function orUndefined<Event>(read: (record: LogRecord) => Event, record: LogRecord): Event | undefined {
  try {
    return read(record)
  } catch {
    return undefined
  }
}
