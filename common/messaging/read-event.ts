// From the bytes of a message to an event that is trusted inside. The body alone counts, not the message's properties.
import type { Static, TSchema } from 'typebox'
import { LabError } from '../contracts/errors.ts'
import { EVENT_VERSION, MAX_MESSAGE_BYTES, type EventType } from '../contracts/events.ts'
import { parse, parseJson } from '../contracts/parse.ts'

/**
 * @param types those that the schema knows
 * @throws LabError `too-large`, `malformed` or `unknown-event`, with what was wrong.
 */
export const readEvent =
  <Schema extends TSchema>(schema: Schema, types: readonly EventType[]) =>
  (body: Buffer): Static<Schema> => {
    if (body.length > MAX_MESSAGE_BYTES)
      throw new LabError('too-large', `the body has ${body.length} bytes; a message holds at most ${MAX_MESSAGE_BYTES}`)
    const value = parseJson(body)
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
      const { type, version } = value as Record<string, unknown>
      if (typeof type === 'string' && !types.some(known => known === type))
        throw new LabError('unknown-event', `"${type.slice(0, 100)}" is not read here; expected ${types.join(' or ')}`)
      if (typeof version === 'number' && version !== EVENT_VERSION)
        throw new LabError('unknown-event', `version ${version} is not known; expected ${EVENT_VERSION}`)
    }
    return parse(schema, value)
  }
