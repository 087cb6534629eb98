import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { deriveOrderId } from '#common/contracts/order-id.ts'
import { sampleHistory } from '../testing/sample-history.ts'
import { type Column, columnOfRows, valuesOf } from './history-columns.ts'

function there(value: unknown): unknown {
  const { column, texts } = written([value])
  return valuesOf(column, texts)[0]
}
/** What a file would hold of the rows. */
function written(rows: unknown[]): { column: Column; texts: string[] } {
  const texts = { numbers: new Map<string, number>(), fresh: [] }
  const column = asJson(columnOfRows(rows, texts)) as Column
  return { column, texts: texts.fresh }
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

const few = fc.constantFrom('a', 'b', 'ab', '', '\0', '__proto__', '$&')
const whole = fc.oneof(fc.nat(20), fc.integer(), fc.constantFrom(2 ** 52, 2 ** 53 - 1, -(2 ** 52) + 1, 0.5, -0.1))
const maybe = <T>(arbitrary: fc.Arbitrary<T>) =>
  fc.oneof({ weight: 8, arbitrary }, { weight: 1, arbitrary: fc.constant(null) })
const related = fc
  .record(
    {
      name: maybe(few),
      sentNs: maybe(whole),
      '1': maybe(whole),
      keptNs: maybe(whole),
      text: fc.option(few, { nil: undefined }),
      userId: few,
      idempotencyKey: few,
      other: few,
    },
    { requiredKeys: ['userId', 'idempotencyKey'] },
  )
  .map(({ name, sentNs, userId, idempotencyKey, ...rest }) => {
    const orderId = deriveOrderId(userId, idempotencyKey)
    const keptNs = typeof sentNs === 'number' ? Math.round(sentNs) + 3 : rest.keptNs
    return {
      ...rest,
      name,
      sentNs,
      userId,
      keptNs,
      orderId,
      around: `{${name}${orderId}}`,
      idempotencyKey,
      of: { orderId },
    }
  })

test('so do fields that follow from another of their row: stamps, texts with a text in them, ids of orders', () => {
  fc.assert(
    fc.property(fc.array(related, { maxLength: 40 }), fc.boolean(), few, (rows, isOther, other) => {
      if (isOther && rows[0]) rows[0].orderId = other
      assert.deepEqual(there(asJson({ rows })), asJson({ rows }))
    }),
    { numRuns: 500 },
  )
})

const planned = Array.from({ length: 40 }, (_, nth) => {
  const [userId, idempotencyKey] = ['user', `key-${nth}`]
  return { orderId: deriveOrderId(userId, idempotencyKey), userId, idempotencyKey }
})

test('a stamp is kept as what it is after another, a text without its id, and an id of an order not at all', () => {
  const answers = planned.map(({ orderId }, nth) => {
    const sentNs = 1e12 + nth ** 5
    return { orderId, sentNs, keptNs: sentNs + 7, text: `<${orderId}>` }
  })
  const { column, texts } = written([{ planned, answers }])
  assert.deepEqual(
    texts.filter(text => planned.some(({ orderId }) => text.includes(orderId))),
    [],
  )
  const zeros = Array.from({ length: 39 }, () => 0)
  const kept = JSON.stringify({ keptNs: { beside: 'sentNs', rest: { n: [7, ...zeros] } } }).slice(1, -1)
  assert.ok(JSON.stringify(column).includes(kept), JSON.stringify(column))
  assert.deepEqual(valuesOf(column, texts), [{ planned, answers }])
})

test('ids of orders that would be made in another way today are an error', () => {
  const { column, texts } = written(planned)
  const others = texts.map(text => text.replace('key', 'clef'))
  assert.throws(() => valuesOf(column, others), /made in another way/)
})

test('a file of before, without related columns, is read as it was written', () => {
  const o: Record<string, Column> = {
    atNs: { n: [5, 1, 1] },
    keptNs: { n: [6, 1], nulls: [0] },
    id: { s: [0, 0], absent: [1] },
  }
  const column: Column = { o, count: 3 }
  assert.deepEqual(valuesOf(column, ['one']), [
    { atNs: 5, keptNs: null, id: 'one' },
    { atNs: 6, keptNs: 6 },
    { atNs: 7, keptNs: 7, id: 'one' },
  ])
})
