// From `unknown` to a contract's type, at every edge. A value that passes here is trusted inside.
import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv'
import { fullFormats } from 'ajv-formats/dist/formats.js'
import { Type, type Static, type TObject, type TProperties, type TSchema } from './type.ts'
import { LabError } from './errors.ts'

/** An object that refuses unknown fields. */
export const closedObject = <Properties extends TProperties>(properties: Properties): TObject<Properties> =>
  Type.Object(properties, { additionalProperties: false })

// The schemas are the lab's own: to check them ajv would first compile the schema of schemas, for each service that starts.
const ajv = new Ajv({ meta: false, validateSchema: false, strict: false, strictNumbers: true, ownProperties: true })
ajv.addFormat('date-time', fullFormats['date-time'])
const validators = new WeakMap<object, ValidateFunction>()

/**
 * Returns the value with the contract's type.
 * @throws LabError `malformed`, whose detail names the first wrong field.
 */
export function parse<Schema extends TSchema>(schema: Schema, value: unknown, what = 'body'): Static<Schema> {
  let validate = validators.get(schema)
  if (!validate) {
    validators.set(schema, (validate = ajv.compile(schema)))
    // It would keep what was made for one call.
    ajv.removeSchema(schema)
  }
  if (validate(value)) return value as Static<Schema>
  const [first] = validate.errors ?? []
  throw new LabError('malformed', first ? problemOf(first, what) : `${what} has the wrong shape`)
}

function problemOf({ instancePath, keyword, params, message }: ErrorObject, what: string): string {
  const path = what + instancePath.replaceAll('/', '.')
  if (keyword === 'additionalProperties') return `${path}.${String(params.additionalProperty)} is not known`
  return `${path} ${message?.replace('NOT', 'not') ?? 'has the wrong shape'}`
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
