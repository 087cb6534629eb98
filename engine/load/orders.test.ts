import assert from 'node:assert/strict'
import { test } from 'node:test'
import { deflateSync } from 'node:zlib'
import { fingerprint } from '#common/contracts/order.ts'
import { deriveOrderId } from '#common/contracts/order-id.ts'
import { orderMix, initialStock, RARE_SKU, SCARCE_KITCHEN, SCARCE_SKU, UNKNOWN_SKU } from './mix.ts'
import { type PlannedOrder, planOrders } from './orders.ts'
import { requestOf } from './request.ts'

const options = { seed: 42, runId: 'run-a', count: 2000 }

const content = ({ kitchenId, items, expected }: PlannedOrder): unknown => ({ kitchenId, items, expected })
const asking = (orders: PlannedOrder[], sku: string): PlannedOrder[] =>
  orders.filter(({ items }) => items.some(line => line.sku === sku))

test('the same seed plans the same orders, and another seed others', () => {
  assert.deepEqual(planOrders(options), planOrders(options))
  assert.notDeepEqual(planOrders(options).map(content), planOrders({ ...options, seed: 43 }).map(content))
})

test('another run orders the same under ids, users and keys that are all new', () => {
  const one = planOrders(options)
  const other = planOrders({ ...options, runId: 'run-b' })
  assert.deepEqual(one.map(content), other.map(content))
  for (const field of ['orderId', 'userId', 'idempotencyKey'] as const) {
    const seen = new Set(one.map(order => order[field]))
    assert.ok(other.every(order => !seen.has(order[field])))
  }
})

test('every order has an id of its own, derived from its user and key', () => {
  const orders = planOrders(options)
  assert.equal(new Set(orders.map(({ orderId }) => orderId)).size, 2000)
  for (const { orderId, userId, idempotencyKey } of orders) {
    assert.equal(orderId, deriveOrderId(userId, idempotencyKey))
  }
})

test('the mix is exact: 2 % unknown sku, 1 % too many, 5 % scarce, the rest plentiful', () => {
  const orders = planOrders(options)
  assert.equal(asking(orders, UNKNOWN_SKU).length, 40)
  assert.equal(asking(orders, RARE_SKU).length, 20)
  assert.equal(orders.filter(({ expected }) => expected === 'failed').length, 60)
  assert.equal(orders.filter(({ kitchenId }) => kitchenId === SCARCE_KITCHEN).length, 100)
  assert.equal(orders.filter(({ expected }) => expected === 'reserved').length, 1840)
})

test('the stock of the mix serves what must be reserved and refuses what must fail', () => {
  const stock = initialStock(orderMix(options))
  assert.equal(Object.keys(stock).length, 65)
  const left = structuredClone(stock)
  for (const { kitchenId, items, expected } of planOrders(options)) {
    const served = items.every(({ sku, quantity }) => (stock[kitchenId]?.[sku] ?? 0) >= quantity)
    assert.equal(served, expected !== 'failed')
    const shelf = left[kitchenId]
    if (expected !== 'reserved' || shelf === undefined) continue
    for (const { sku, quantity } of items) shelf[sku] = (shelf[sku] ?? 0) - quantity
  }
  const least = Math.min(...Object.values(left).flatMap(shelf => Object.values(shelf)))
  assert.ok(least >= 0)
})

test('the scarce kitchen sells single units and has fewer than are requested of it', () => {
  const scarce = planOrders(options).filter(({ expected }) => expected === 'scarce')
  assert.ok(scarce.every(({ items }) => items.length === 1 && items[0]?.quantity === 1))
  assert.deepEqual(initialStock(orderMix(options))[SCARCE_KITCHEN], { [SCARCE_SKU]: 50 })
  assert.equal(orderMix({ count: 2000, scarceStock: 7 }).scarceStock, 7)
})

test('orders that must fail are also for something that is there', () => {
  const failing = planOrders(options).filter(({ expected }) => expected === 'failed')
  assert.ok(failing.every(({ items }) => items.length === 2))
})

test('a load without scarcity has no scarce kitchen', () => {
  const mix = orderMix({ count: 100, scarceShare: 0, kitchens: 2 })
  assert.deepEqual(Object.keys(initialStock(mix)), ['kitchen-00', 'kitchen-01'])
})

test('notes are of the size that was asked for, each its own text, and the same when they are made again', () => {
  const orders = planOrders({ ...options, count: 20, noteChars: 10_001 })
  const notes = orders.map(order => requestOf(order).note ?? '')
  for (const note of notes) assert.equal(Buffer.byteLength(note), 10_001)
  assert.equal(new Set(notes).size, 20)
  assert.deepEqual(
    orders.map(order => requestOf(order).note),
    notes,
  )
  const compressed = deflateSync(notes.join('')).length
  assert.ok(compressed > 0.7 * 200_020, `${compressed} bytes are left of them`)
  assert.ok(JSON.stringify(orders).length < 10_000, 'they are not in the plan')
  for (const order of orders) assert.equal(order.fingerprint, fingerprint(requestOf(order)))
})

test('without a size the orders have no note', () => {
  for (const order of planOrders({ ...options, count: 10 })) {
    assert.ok(!('noteChars' in order) && !('fingerprint' in order))
    assert.deepEqual(Object.keys(requestOf(order)), ['userId', 'kitchenId', 'items'])
  }
})

test('options that make no sense are refused with the value that was wrong', () => {
  assert.throws(() => planOrders({ ...options, runId: '' }), /runId/)
  assert.throws(() => planOrders({ ...options, count: -1 }), /count .* not -1/)
  assert.throws(() => planOrders({ ...options, noteChars: 0 }), /from 1 to 100000 characters, not 0/)
  assert.throws(() => planOrders({ ...options, noteChars: 100_001 }), /not 100001/)
  assert.throws(() => orderMix({ count: 10, kitchens: 0 }), /kitchens/)
  assert.throws(() => orderMix({ count: 10, scarceShare: 1.2 }), /scarceShare .* not 1.2/)
  assert.throws(() => orderMix({ count: 10, scarceShare: 0.9, tooManyShare: 0.5 }), /together/)
  assert.throws(() => orderMix({ count: 100, scarceStock: 5 }), /below the 5 orders/)
})
