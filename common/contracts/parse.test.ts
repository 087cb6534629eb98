import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Type } from './type.ts'
import fc from 'fast-check'
import { LabError } from './errors.ts'
import { InventoryEvent, MAX_MESSAGE_BYTES, OrderPlaced } from './events.ts'
import { OrderView, ReleaseRequest, ReserveRequest, SendRequest } from './http.ts'
import { MAX_NOTE_CHARS, Order, OrderRequest } from './order.ts'
import { parse, parseJson } from './parse.ts'

const line = { sku: 'burger', quantity: 1 }
const request = { userId: 'ada', items: [line] }

function detailOf(work: () => unknown): string {
  try {
    work()
  } catch (error) {
    assert.ok(error instanceof LabError, String(error))
    assert.equal(error.code, 'malformed')
    return error.detail
  }
  return assert.fail('it was accepted')
}

test('a refusal names the wrong field, in one line', () => {
  const wrong: [unknown, RegExp][] = [
    [null, /^body must be object/],
    [[], /^body must be object/],
    [{ items: [line] }, /userId/],
    [{ ...request, userId: 7 }, /^body\.userId must be string/],
    [{ ...request, userId: '' }, /^body\.userId /],
    [{ ...request, userId: 'x'.repeat(129) }, /^body\.userId /],
    [{ ...request, userId: 'a\nb' }, /^body\.userId /],
    [{ ...request, userId: '\ud800' }, /^body\.userId /],
    [{ ...request, kitchenId: null }, /^body\.kitchenId must be string/],
    [{ ...request, items: [] }, /^body\.items /],
    [{ ...request, items: Array(101).fill(line) }, /^body\.items /],
    [{ ...request, items: [line, { sku: 'burger' }] }, /^body\.items\.1 .*quantity/],
    [{ ...request, items: [{ ...line, quantity: 0 }] }, /^body\.items\.0\.quantity /],
    [{ ...request, items: [{ ...line, quantity: -1 }] }, /^body\.items\.0\.quantity /],
    [{ ...request, items: [{ ...line, quantity: 1_001 }] }, /^body\.items\.0\.quantity /],
    [{ ...request, items: [{ ...line, quantity: 1.5 }] }, /^body\.items\.0\.quantity must be integer/],
    [{ ...request, items: [{ ...line, quantity: '2' }] }, /^body\.items\.0\.quantity must be integer/],
    [{ ...request, discount: 1 }, /additional properties|discount/],
    [{ ...request, note: null }, /^body\.note must be string/],
    [{ ...request, note: '' }, /^body\.note /],
    [{ ...request, note: 'x'.repeat(MAX_NOTE_CHARS + 1) }, /^body\.note must not have more than 100000 characters$/],
    [{ ...request, note: 'a\0b' }, /^body\.note /],
    [{ ...request, note: 'half a pizza: \ud83c' }, /^body\.note /],
  ]
  for (const [value, expected] of wrong) {
    const detail = detailOf(() => parse(OrderRequest, value))
    assert.match(detail, expected, JSON.stringify(value)?.slice(0, 80))
    assert.doesNotMatch(detail, /\n/)
  }
})

test('a number has to be finite', () => {
  for (const number of [Number.NaN, Number.POSITIVE_INFINITY, JSON.parse('-1e400')]) {
    assert.throws(() => parse(Type.Number(), number), { detail: 'body must be number' })
    assert.throws(() => parse(Type.Integer(), number), { detail: 'body must be integer' })
  }
})

test('a valid value passes unchanged, at its bounds too', () => {
  const items = Array.from({ length: 100 }, () => ({ sku: 's'.repeat(128), quantity: 1_000 }))
  const note = '🍕'.repeat(MAX_NOTE_CHARS - 4) + '\r\n\t✓'
  const order = { userId: 'Ada Lovelace ✓🍕', kitchenId: 'main', items, note }
  assert.equal(parse(OrderRequest, order), order)
})

test('bytes that are not UTF-8 or not JSON are malformed', () => {
  assert.match(
    detailOf(() => parseJson(Uint8Array.of(0xff, 0xfe))),
    /^body is not UTF-8$/,
  )
  for (const text of ['', '{', "{'a': 1}", '{"a":1}}', 'undefined', '\u0000'])
    assert.match(
      detailOf(() => parseJson(new TextEncoder().encode(text), 'record')),
      /^record is not JSON: /,
    )
})

const CONTRACTS = [
  OrderRequest,
  Order,
  OrderPlaced,
  InventoryEvent,
  ReserveRequest,
  ReleaseRequest,
  SendRequest,
  OrderView,
]

/** A value that is valid in places, so that deeper fields are reached as well. */
const nearly = fc.record(
  {
    orderId: fc.oneof(fc.string(), fc.jsonValue()),
    userId: fc.oneof(fc.string(), fc.jsonValue()),
    kitchenId: fc.oneof(fc.string(), fc.jsonValue()),
    items: fc.oneof(
      fc.array(
        fc.record({ sku: fc.oneof(fc.string(), fc.jsonValue()), quantity: fc.oneof(fc.integer(), fc.double()) }),
      ),
      fc.jsonValue(),
    ),
    id: fc.jsonValue(),
    type: fc.constantFrom('OrderPlaced', 'InventoryReserved', 'InventoryFailed', 'Other'),
    version: fc.constantFrom(1, 2, '1'),
    data: fc.jsonValue(),
  },
  { requiredKeys: [] },
)

test('a value of any shape passes or is malformed, and nothing else happens', () => {
  fc.assert(
    fc.property(fc.oneof(fc.jsonValue(), nearly), value => {
      for (const contract of CONTRACTS) {
        try {
          assert.equal(parse(contract, value), value)
        } catch (error) {
          assert.ok(error instanceof LabError && error.code === 'malformed', String(error))
        }
      }
    }),
    { numRuns: 300 },
  )
})

test('bytes of any kind are JSON or malformed, and nothing else happens', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.uint8Array(),
        fc.json().map(text => new TextEncoder().encode(text)),
      ),
      bytes => {
        try {
          parseJson(bytes)
        } catch (error) {
          assert.ok(error instanceof LabError && error.code === 'malformed', String(error))
        }
      },
    ),
    { numRuns: 300 },
  )
})

test('JSON as deep as a message may be crashes nothing', () => {
  const half = MAX_MESSAGE_BYTES / 2
  const deep = new TextEncoder().encode('['.repeat(half) + ']'.repeat(half))
  assert.throws(() => parse(Order, parseJson(deep)), LabError)
  assert.doesNotThrow(() => parse(Type.Unknown(), parseJson(deep)))
})
