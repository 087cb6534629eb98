// From the bytes of a record to an event. What is wrong with them is said in the words of the table of errors.
import { LabError } from '#common/contracts/errors.ts'
import { EVENT_VERSION, InventoryEvent, MAX_MESSAGE_BYTES, OrderPlaced } from '#common/contracts/events.ts'
import { parse, parseJson } from '#common/contracts/parse.ts'
import type { Static, TSchema } from 'typebox'
import type { LogRecord } from '../broker/record.ts'

function readEvent<Schema extends TSchema>(
  schema: Schema,
  types: readonly string[],
  { value }: LogRecord,
): Static<Schema> {
  if (value === null) throw new LabError('malformed', 'the record has no value')
  if (value.byteLength > MAX_MESSAGE_BYTES)
    throw new LabError('too-large', `the record has ${value.byteLength} bytes; at most ${MAX_MESSAGE_BYTES} are read`)
  const event = parseJson(value, 'the record')
  if (typeof event === 'object' && event !== null && !Array.isArray(event)) {
    const { type, version } = event as Record<string, unknown>
    if (typeof type === 'string' && !types.includes(type))
      throw new LabError('unknown-event', `its type is "${type.slice(0, 100)}"; here are read: ${types.join(', ')}`)
    if (typeof version === 'number' && version !== EVENT_VERSION)
      throw new LabError('unknown-event', `its version is ${version}; version ${EVENT_VERSION} is read`)
  }
  return parse(schema, event, 'event')
}

/** @throws LabError `malformed`, `too-large` or `unknown-event` */
export const readOrderPlaced = (record: LogRecord): OrderPlaced => readEvent(OrderPlaced, ['OrderPlaced'], record)

/** An event of the InventoryEvents stream. @throws LabError `malformed`, `too-large` or `unknown-event` */
export const readInventoryEvent = (record: LogRecord): InventoryEvent =>
  readEvent(InventoryEvent, ['InventoryReserved', 'InventoryFailed'], record)

/** What `read` makes of a record, or undefined where it is poison: whoever judges the topic sets that aside. */
export function orUndefined<Event>(read: (record: LogRecord) => Event, record: LogRecord): Event | undefined {
  try {
    return read(record)
  } catch {
    return undefined
  }
}
