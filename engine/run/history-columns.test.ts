import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { sampleHistory } from '../testing/sample-history.ts'
import { columnOfRows, valuesOf } from './history-columns.ts'

function there(value: unknown): unknown {
  const texts = { numbers: new Map<string, number>(), fresh: [] }
  const column = asJson(columnOfRows([value], texts)) as ReturnType<typeof columnOfRows>
  return valuesOf(column, texts.fresh)[0]
}
/** As a file of JSON would hold it. */
const asJson = (value: unknown): unknown => JSON.parse(JSON.stringify(value))

test('a history comes back from its columns as it was', () => {
  fc.assert(
    fc.property(fc.nat(), seed => {
      const history = asJson(sampleHistory(seed))
      assert.deepEqual(there(history), history)
    }),
    { numRuns: 10 },
  )
})

test('so does any JSON: lists in lists, absent keys, nulls, fractions, odd names', () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 5 }), value => assert.deepEqual(there(asJson(value)), asJson(value))),
    { numRuns: 300 },
  )
  const odd = JSON.parse(
    '[{"__proto__":1,"a":null},{"a":[]},{"a":[[1,null]],"":-0.5},{},[{}],9007199254740991,1e300]',
  ) as unknown
  assert.deepEqual(there(odd), odd)
  assert.deepEqual(Object.keys((there(odd) as object[])[0] ?? {}).toSorted(), ['__proto__', 'a'])
})
