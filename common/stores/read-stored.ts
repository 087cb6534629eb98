// From the columns of a row to a type of the contracts. A store is an edge too: an older version or a person may have
// written to it.
import type { Static, TSchema } from 'typebox'
import { LabError } from '../contracts/errors.ts'
import { parse } from '../contracts/parse.ts'

/** @throws LabError `handler-failed` for what no version of the service can have written. */
export function readStored<Schema extends TSchema>(schema: Schema, value: unknown, what: string): Static<Schema> {
  try {
    return parse(schema, value, what)
  } catch (cause) {
    const detail = cause instanceof LabError ? cause.detail : String(cause)
    throw new LabError('handler-failed', `the store holds a row that cannot be read: ${detail}`, { cause })
  }
}
