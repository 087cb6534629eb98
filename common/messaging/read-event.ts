// From the bytes of a message or a record to an event that is trusted inside. Only the bytes count, no property or
// header: a message that is published again may lose those.
import type { Static, TSchema } from '../contracts/type.ts'
import { LabError } from '../contracts/errors.ts'
import { EVENT_VERSION, MAX_MESSAGE_BYTES, type EventType } from '../contracts/events.ts'
import { parse, parseJson } from '../contracts/parse.ts'

/**
 * @param types the types of events that the schema knows
 * @throws LabError `too-large`, `malformed` or `unknown-event`, and says what was wrong. A record without a value is
 * `malformed`.
 */
export const readEvent =
  <Schema extends TSchema>(schema: Schema, types: readonly EventType[]) =>
  (body: Uint8Array | null): Static<Schema> => {
    if (body === null) throw new LabError('malformed', 'the message has no body')
    if (body.byteLength > MAX_MESSAGE_BYTES)
      throw new LabError('too-large', `the body has ${body.byteLength} bytes; at most ${MAX_MESSAGE_BYTES} are read`)
    const value = parseJson(body)
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
      const { type, version } = value as Record<string, unknown>
      if (typeof type === 'string' && !types.some(known => known === type))
        throw new LabError('unknown-event', `the type "${type.slice(0, 100)}" is not one of ${types.join(', ')}`)
      if (typeof version === 'number' && version !== EVENT_VERSION)
        throw new LabError('unknown-event', `version ${version} is not known; expected ${EVENT_VERSION}`)
    }
    return parse(schema, value)
  }

/** What `read` returns, or undefined for poison. */
export function orUndefined<In, Event>(read: (input: In) => Event, input: In): Event | undefined {
  try {
    return read(input)
  } catch {
    return undefined
  }
}
