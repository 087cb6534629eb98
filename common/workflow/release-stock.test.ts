import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Order } from '../contracts/order.ts'
import { memoryStock } from '../testing/memory-store.ts'
import { releaseStock } from './release-stock.ts'
import { reserveStock, standingOutcome } from './reserve-stock.ts'

const happened = { correlationId: 'c', occurredAt: '2026-01-01T00:00:00.000Z' }
const items = [
  { sku: 'burger', quantity: 2 },
  { sku: 'pizza', quantity: 1 },
  { sku: 'burger', quantity: 1 },
]
const order: Order = { orderId: 'a', userId: 'ada', kitchenId: 'main', items }
const onHand = (tx: ReturnType<typeof memoryStock>) => ['burger', 'pizza'].map(sku => tx.onHand('main', sku))

test('a release gives back all that was reserved, once, however often it is requested', () => {
  const tx = memoryStock({ burger: 5, pizza: 5 })
  reserveStock(tx, order, happened)
  assert.deepEqual(onHand(tx), [2, 4])
  for (let times = 0; times < 3; times++) {
    releaseStock(tx, 'a', happened)
    assert.deepEqual(onHand(tx), [5, 5])
  }
})

test('a sku on two lines is given back in one movement, as it was reserved', () => {
  const tx = memoryStock({ burger: 5, pizza: 5 })
  reserveStock(tx, order, happened)
  releaseStock(tx, 'a', happened)
  assert.deepEqual(
    tx.movements.map(({ kind, sku, delta }) => [kind, sku, delta]),
    [
      ['reserve', 'burger', -3],
      ['reserve', 'pizza', -1],
      ['release', 'burger', 3],
      ['release', 'pizza', 1],
    ],
  )
})

test('a reserve that comes after the release of its order is answered that it was released, and takes nothing', () => {
  const tx = memoryStock({ burger: 5, pizza: 5 })
  reserveStock(tx, order, happened)
  releaseStock(tx, 'a', happened)
  const { decision, isNew } = reserveStock(tx, order, happened)
  assert.equal(isNew, false)
  assert.deepEqual(standingOutcome(decision), { status: 'failed', reason: 'released' })
  assert.deepEqual(onHand(tx), [5, 5])
})

test('a release that arrives first leaves a tombstone, and the late reserve is refused', () => {
  const tx = memoryStock({ burger: 5, pizza: 5 })
  releaseStock(tx, 'a', happened)
  releaseStock(tx, 'a', happened)
  const { decision, isNew } = reserveStock(tx, order, happened)
  assert.equal(isNew, false)
  assert.deepEqual(standingOutcome(decision), { status: 'failed', reason: 'released' })
  assert.deepEqual(tx.movements, [])
})

test('a release of an order that failed changes nothing', () => {
  const tx = memoryStock({ burger: 1, pizza: 1 })
  const { decision } = reserveStock(tx, order, happened)
  releaseStock(tx, 'a', happened)
  assert.deepEqual(tx.findDecision('a'), decision)
  assert.deepEqual(tx.movements, [])
})
