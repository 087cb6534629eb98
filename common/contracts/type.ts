// Builders of JSON Schemas, with the types and results of TypeBox's, which `type.test.ts` holds them to, but for the keys of records. TypeBox is three
// hundred files that every service would load when it starts, and how soon a service is back is something that the lab measures.
import type { TSchema, Type as TypeBox } from 'typebox'

export type { Static, TObject, TProperties, TSchema } from 'typebox'

type Schema = Record<string, unknown>

/** Of a property that an object need not have. It is no part of the JSON. */
const OPTIONAL = Symbol('optional')

const plain =
  (type: string) =>
  (options?: Schema): Schema => ({ type, ...options })

const builders = {
  Array: (items: Schema, options?: Schema): Schema => ({ type: 'array', items, ...options }),
  Boolean: plain('boolean'),
  Enum: (values: object, options?: Schema): Schema => ({ enum: Object.values(values), ...options }),
  Integer: plain('integer'),
  Literal: (value: unknown, options?: Schema): Schema => ({ type: typeof value, const: value, ...options }),
  Null: plain('null'),
  Number: plain('number'),
  Object(properties: Record<string, object>, options?: Schema): Schema {
    const required = Object.keys(properties).filter(name => !(OPTIONAL in (properties[name] ?? {})))
    return { type: 'object', ...(required.length > 0 && { required }), properties, ...options }
  },
  Optional: (schema: Schema): Schema => Object.defineProperty({ ...schema }, OPTIONAL, { value: true }),
  /** Every key is `key`, and has a `value`. TypeBox's pattern of keys knows nothing of the first, and overlooks keys of several lines. */
  Record: (key: Schema, value: Schema, options?: Schema): Schema => ({
    type: 'object',
    propertyNames: key,
    additionalProperties: value,
    ...options,
  }),
  String: plain('string'),
  Tuple: (items: Schema[], options?: Schema): Schema => ({
    type: 'array',
    additionalItems: false,
    items,
    minItems: items.length,
    ...options,
  }),
  Union: (anyOf: Schema[], options?: Schema): Schema => ({ anyOf, ...options }),
  Unknown: (options?: Schema): Schema => ({ ...options }),
}

export const Type = {
  ...builders,
  /** The schema itself, with a type that the compiler is told. */
  Unsafe: (schema: TSchema): TSchema => schema,
} as unknown as Pick<typeof TypeBox, keyof typeof builders | 'Unsafe'>
