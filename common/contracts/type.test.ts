import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as TypeBox from 'typebox'
import { parse } from './parse.ts'
import { Type } from './type.ts'

/** What is built, with each of the builders in it. */
const build = (of: typeof Type) => {
  const name = of.String({ minLength: 1, description: 'a name' })
  return [
    of.Object({}),
    of.Object({ name, nick: of.Optional(name), size: of.Number() }, { additionalProperties: false }),
    of.Object({ nick: of.Optional(of.Boolean()) }),
    of.Array(of.Tuple([of.Number(), of.Null()]), { minItems: 1 }),
    of.Union([of.Literal('one'), of.Literal(2), of.Literal(true)], { description: 'any' }),
    of.Enum(['a', 'b']),
    of.Unknown(),
    of.Optional(of.Object({ inner: of.Optional(of.Unknown()) })),
    of.Unsafe<string>(name),
  ]
}

test('every schema is the one that TypeBox builds', () => {
  assert.equal(JSON.stringify(build(Type), null, 1), JSON.stringify(build(TypeBox.Type), null, 1))
})

test('of a record every key and every value is judged, also under a key of several lines', () => {
  const counts = Type.Record(Type.String({ minLength: 1 }), Type.Integer({ minimum: 0 }))
  assert.deepEqual(parse(counts, { a: 1, 'b\nc': 2 }), { a: 1, 'b\nc': 2 })
  for (const wrong of [{ '': 1 }, { 'b\nc': -1 }, { a: 'one' }])
    assert.throws(() => parse(counts, wrong), { code: 'malformed' })
})
