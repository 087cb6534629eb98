import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as TypeBox from 'typebox'
import { Type } from './type.ts'

/** What is built, with each of the builders in it. */
const build = (of: typeof Type) => {
  const name = of.String({ minLength: 1, description: 'a name' })
  const counts = of.Record(of.String(), of.Integer({ minimum: 0 }), { maxProperties: 3 })
  return [
    of.Object({}),
    of.Object({ name, nick: of.Optional(name), size: of.Number() }, { additionalProperties: false }),
    of.Object({ nick: of.Optional(of.Boolean()) }),
    of.Array(of.Tuple([of.Number(), of.Null()]), { minItems: 1 }),
    of.Union([of.Literal('one'), of.Literal(2), of.Literal(true), counts], { description: 'any' }),
    of.Enum(['a', 'b']),
    of.Unknown(),
    of.Optional(of.Object({ inner: of.Optional(of.Unknown()) })),
    of.Unsafe<string>(name),
  ]
}

test('every schema is the one that TypeBox builds', () => {
  assert.equal(JSON.stringify(build(Type), null, 1), JSON.stringify(build(TypeBox.Type), null, 1))
})
