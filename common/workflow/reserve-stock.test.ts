import assert from 'node:assert/strict'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import type { Order } from '../contracts/order.ts'
import { LabError } from '../contracts/errors.ts'
import { stockTables, type StockTables } from '../stores/stock.ts'
import { applyDecision, releaseStock, reserveStock, standingOutcome } from './reserve-stock.ts'

const happened = { correlationId: 'c', occurredAt: '2026-01-01T00:00:00.000Z' }
const orderOf = (items: Record<string, number>, orderId = 'a'): Order => ({
  orderId,
  userId: 'ada',
  kitchenId: 'main',
  items: Object.entries(items).map(([sku, quantity]) => ({ sku, quantity })),
})
const openStock = (opening: Record<string, number>) => stockTables(() => opening)(new DatabaseSync(':memory:'))
/** All changes of stock, the opening of kitchens included. */
const changes = (tx: StockTables) =>
  tx.pageMovements(0, 100).rows.map(({ kind, kitchenId, sku, delta }) => [kind, kitchenId, sku, delta])
/** What was taken and given back. */
const movements = (tx: StockTables) => changes(tx).filter(([kind]) => kind !== 'opening')
const failed = (reason: string) => ({ status: 'failed', reason })

test('every line is reserved, and a kitchen is opened at its first mention', () => {
  const tx = openStock({ burger: 5, pizza: 5 })
  const { decision, isNew } = reserveStock(tx, orderOf({ burger: 2, pizza: 5 }), happened)
  assert.ok(isNew)
  assert.deepEqual(decision.outcome, { status: 'reserved' })
  assert.deepEqual([tx.onHand('main', 'burger'), tx.onHand('main', 'pizza')], [3, 0])
  reserveStock(tx, orderOf({ burger: 1 }, 'b'), happened)
  assert.equal(changes(tx).filter(([kind]) => kind === 'opening').length, 2)
})

test('nothing is taken when one line cannot be served, wherever it is in the order', () => {
  for (const items of [
    { burger: 1, pizza: 6 },
    { pizza: 6, burger: 1 },
  ]) {
    const tx = openStock({ burger: 5, pizza: 5 })
    assert.deepEqual(reserveStock(tx, orderOf(items), happened).decision.outcome, failed('out-of-stock'))
    assert.deepEqual(movements(tx), [])
  }
})

test('an order with an unknown sku fails for that reason, also where another sku is short', () => {
  const tx = openStock({ burger: 5 })
  assert.deepEqual(
    reserveStock(tx, orderOf({ burger: 6, unicorn: 1 }), happened).decision.outcome,
    failed('unknown-sku'),
  )
  assert.deepEqual(movements(tx), [])
})

test('two lines of one sku take their sum in one movement', () => {
  const items = [1, 2].map(() => ({ sku: 'burger', quantity: 3 }))
  const tx = openStock({ burger: 5 })
  assert.deepEqual(reserveStock(tx, { ...orderOf({}), items }, happened).decision.outcome, failed('out-of-stock'))
  const plenty = openStock({ burger: 6 })
  reserveStock(plenty, { ...orderOf({}), items }, happened)
  assert.equal(plenty.onHand('main', 'burger'), 0)
  assert.equal(movements(plenty).length, 1)
})

test('a decision that is read from a log has the same effects as the one that was made', () => {
  const original = openStock({ burger: 5, pizza: 5 })
  const order = { ...orderOf({}), items: [1, 2].map(quantity => ({ sku: 'burger', quantity })) }
  const { decision } = reserveStock(original, order, happened)
  const restored = openStock({ burger: 5, pizza: 5 })
  restored.openKitchen(order.kitchenId)
  applyDecision(restored, order, decision.outcome, happened)
  assert.deepEqual(restored.findDecision('a'), decision)
  assert.deepEqual(changes(restored), changes(original))
})

test('the same order again gives the same decision and takes nothing, though stock has changed meanwhile', () => {
  const tx = openStock({ burger: 3 })
  const first = reserveStock(tx, orderOf({ burger: 2 }), happened)
  const failing = reserveStock(tx, orderOf({ burger: 2 }, 'b'), happened)
  tx.move({ kind: 'release', orderId: 'x', kitchenId: 'main', sku: 'burger', delta: 10 })
  for (const { decision } of [first, failing]) {
    const again = reserveStock(tx, orderOf({ burger: 2 }, decision.orderId), { ...happened, correlationId: 'other' })
    assert.equal(again.isNew, false)
    assert.deepEqual(again.decision, decision)
  }
  assert.equal(tx.onHand('main', 'burger'), 11)
})

test('the same orderId with other content is a conflict and changes nothing', () => {
  const tx = openStock({ burger: 5 })
  const order = orderOf({ burger: 1 })
  const { decision } = reserveStock(tx, order, happened)
  const others: Order[] = [
    orderOf({ burger: 2 }),
    { ...order, userId: 'bob' },
    { ...order, kitchenId: 'other' },
    { ...order, items: [...order.items, ...order.items] },
  ]
  for (const other of others) {
    assert.throws(
      () => reserveStock(tx, other, happened),
      (error: unknown) => error instanceof LabError && error.code === 'order-conflict' && error.detail.includes('a'),
    )
  }
  assert.deepEqual(tx.findDecision('a'), decision)
  assert.deepEqual(changes(tx), [
    ['opening', 'main', 'burger', 5],
    ['reserve', 'main', 'burger', -1],
  ])
})

test('a released order is a failed one, whatever was decided before', () => {
  const { decision } = reserveStock(openStock({ burger: 5 }), orderOf({ burger: 1 }), happened)
  assert.deepEqual(standingOutcome(decision), { status: 'reserved' })
  assert.deepEqual(standingOutcome({ ...decision, released: true }), failed('released'))
})

const items = [
  { sku: 'burger', quantity: 2 },
  { sku: 'pizza', quantity: 1 },
  { sku: 'burger', quantity: 1 },
]
const order: Order = { orderId: 'a', userId: 'ada', kitchenId: 'main', items }
const onHand = (tx: StockTables) => ['burger', 'pizza'].map(sku => tx.onHand('main', sku))

test('a release gives back all that was reserved, once, however often it is requested', () => {
  const tx = openStock({ burger: 5, pizza: 5 })
  reserveStock(tx, order, happened)
  assert.deepEqual(onHand(tx), [2, 4])
  for (let times = 0; times < 3; times++) {
    releaseStock(tx, 'a', happened)
    assert.deepEqual(onHand(tx), [5, 5])
  }
})

test('a sku on two lines is given back in one movement, as it was reserved', () => {
  const tx = openStock({ burger: 5, pizza: 5 })
  reserveStock(tx, order, happened)
  releaseStock(tx, 'a', happened)
  assert.deepEqual(movements(tx), [
    ['reserve', 'main', 'burger', -3],
    ['reserve', 'main', 'pizza', -1],
    ['release', 'main', 'burger', 3],
    ['release', 'main', 'pizza', 1],
  ])
})

test('a reserve that comes after the release of its order is answered that it was released, and takes nothing', () => {
  const tx = openStock({ burger: 5, pizza: 5 })
  reserveStock(tx, order, happened)
  releaseStock(tx, 'a', happened)
  const { decision, isNew } = reserveStock(tx, order, happened)
  assert.equal(isNew, false)
  assert.deepEqual(standingOutcome(decision), { status: 'failed', reason: 'released' })
  assert.deepEqual(onHand(tx), [5, 5])
})

test('a release that arrives first leaves a tombstone, and the late reserve is refused', () => {
  const tx = openStock({ burger: 5, pizza: 5 })
  releaseStock(tx, 'a', happened)
  releaseStock(tx, 'a', happened)
  const { decision, isNew } = reserveStock(tx, order, happened)
  assert.equal(isNew, false)
  assert.deepEqual(standingOutcome(decision), { status: 'failed', reason: 'released' })
  assert.deepEqual(movements(tx), [])
})

test('a release of an order that failed changes nothing', () => {
  const tx = openStock({ burger: 1, pizza: 1 })
  const { decision } = reserveStock(tx, order, happened)
  releaseStock(tx, 'a', happened)
  assert.deepEqual(tx.findDecision('a'), decision)
  assert.deepEqual(movements(tx), [])
})
