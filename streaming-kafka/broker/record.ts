// A record of the log, as the services use it, and the events in its bytes.
import { LabError } from '#common/contracts/errors.ts'
import { InventoryEvent, OrderPlaced } from '#common/contracts/events.ts'
import { readEvent } from '#common/messaging/read-event.ts'

/** A header as it is in the log: bytes, and a name may come more than once. One without a value is an empty one. */
export type Header = [name: Buffer, value: Buffer]

/** The name of a kitchen is shorter. The client's partitioner takes a time that grows with the square of the key. */
export const MAX_KEY_BYTES = 1_024

/** A record to write. The key decides the partition, in the same way as in the Java client. */
export type NewRecord = {
  topic: string
  key: string | Buffer | null
  value: Uint8Array | null
  headers?: Header[]
}

/** A record that was read. Key, value and headers are bytes as they came: as text they may be others, and longer. */
export type LogRecord = {
  topic: string
  partition: number
  offset: bigint
  /** The leader epoch in which it was written. */
  epoch: number
  key: Buffer | null
  value: Buffer | null
  headers: Header[]
  /** Its content is too large or damaged, and is not here. It stands for all records from `first` to its offset. */
  unread?: { first: bigint; code: 'too-large' | 'malformed'; why: string } | undefined
}

/** The next offset to read of each partition, by topic. */
export type Positions = Map<string, bigint[]>

/**
 * Which log positions belong to: the ids of its topics, and by partition the epoch of the last record that was read. Where
 * it is not known (-1) records that were lost are not noticed.
 */
export type LogMarks = { ids: Map<string, string>; epochs: Map<string, number[]> }

/** Every partition was read up to its end in `ends`. */
export const hasReached = (positions: Positions, ends: Positions): boolean =>
  [...ends].every(([topic, offsets]) => offsets.every((end, p) => (positions.get(topic)?.[p] ?? 0n) >= end))

/** The record is before the end of its partition in `ends`. */
export const isBefore = (ends: Positions, { topic, partition, offset }: LogRecord): boolean =>
  offset < (ends.get(topic)?.[partition] ?? 0n)

export const toHeaders = (texts: Record<string, string>): Header[] =>
  Object.entries(texts).map(([name, text]) => [Buffer.from(name), Buffer.from(text)])

/** The first header of this name, as text. */
export const headerText = (headers: Header[], wanted: string): string | undefined =>
  headers.find(([name]) => String(name) === wanted)?.[1].toString()

/** The bytes that headers have in a record, at most: their lengths are written beside them. */
export const headerBytes = (headers: readonly Header[]): number =>
  headers.reduce((sum, [name, text]) => sum + name.byteLength + text.byteLength + 10, 0)

export const CORRELATION_HEADER = 'correlation-id'

/** A record with a JSON value. The correlation id of its order is repeated in a header. */
export const jsonRecord = (topic: string, key: string, value: { correlationId: string }): NewRecord => ({
  topic,
  key,
  value: Buffer.from(JSON.stringify(value)),
  headers: toHeaders({ [CORRELATION_HEADER]: value.correlationId }),
})

/** An event as a record, keyed by its kitchen. */
export const eventRecord = (topic: string, event: OrderPlaced | InventoryEvent): NewRecord =>
  jsonRecord(topic, event.data.kitchenId, event)

/** @throws LabError `too-large` or `malformed` when the record is one without its content, or its key is longer than any that is read */
export function checkReadable({ key, unread }: LogRecord): void {
  if (unread) throw new LabError(unread.code, unread.why)
  checkKey(key)
}

/** @throws LabError `too-large` when the key is longer than any that this model writes or hashes */
export function checkKey(key: Uint8Array | null): void {
  if (key !== null && key.byteLength > MAX_KEY_BYTES)
    throw new LabError('too-large', `the key has ${key.byteLength} bytes; at most ${MAX_KEY_BYTES} are read`)
}

const ofRecord =
  <Event>(read: (value: Buffer | null) => Event) =>
  (record: LogRecord): Event => {
    checkReadable(record)
    return read(record.value)
  }

const orderPlaced = readEvent(OrderPlaced, ['OrderPlaced'])
const inventoryEvent = readEvent(InventoryEvent, ['InventoryReserved', 'InventoryFailed'])

/** @throws LabError `malformed`, `too-large` or `unknown-event` */
export const readOrderPlaced = ofRecord<OrderPlaced>(orderPlaced)

/** An event of the topic `inventory-events`. @throws LabError `malformed`, `too-large` or `unknown-event` */
export const readInventoryEvent = ofRecord<InventoryEvent>(inventoryEvent)
