// From `unknown` to a contract's type, at every edge. A value that passes here is trusted inside.
import { Type, type Static, type TObject, type TProperties, type TSchema } from 'typebox'
// `typebox/compile` validates by the same code, and loads three hundred files more.
import { Compile, type Validator } from 'typebox/schema'
import { LabError } from './errors.ts'

/** An object that refuses unknown fields. */
export const closedObject = <Properties extends TProperties>(properties: Properties): TObject<Properties> =>
  Type.Object(properties, { additionalProperties: false })

const validators = new WeakMap<object, Validator>()

/**
 * Returns the value with the contract's type.
 * @throws LabError `malformed`, whose detail names the first wrong field.
 */
export function parse<Schema extends TSchema>(schema: Schema, value: unknown, what = 'body'): Static<Schema> {
  let validator = validators.get(schema)
  if (!validator) validators.set(schema, (validator = Compile(schema)))
  if (validator.Check(value)) return value as Static<Schema>
  const [, [first]] = validator.Errors(value)
  const path = first?.instancePath ? `${what}${first.instancePath.replaceAll('/', '.')}` : what
  // A closed object refuses an unknown field by the schema `false`, whose message says nothing to a reader.
  const message = first?.keyword === 'boolean' ? 'is not known' : first?.message
  throw new LabError('malformed', `${path} ${message ?? 'has the wrong shape'}`)
}

/** @throws LabError `malformed` when the bytes are not UTF-8 or not JSON. */
export function parseJson(bytes: Uint8Array, what = 'body'): unknown {
  let text: string
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    throw new LabError('malformed', `${what} is not UTF-8`)
  }
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new LabError('malformed', `${what} is not JSON: ${error instanceof Error ? error.message : String(error)}`)
  }
}
