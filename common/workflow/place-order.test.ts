import assert from 'node:assert/strict'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import { LabError } from '../contracts/errors.ts'
import type { Order } from '../contracts/order.ts'
import { ordersTables } from '../stores/orders.ts'
import { placeOrder } from './place-order.ts'
import { recordOutcome } from './record-outcome.ts'

const happened = { correlationId: 'c', occurredAt: '2026-01-01T00:00:00.000Z' }
const items = [{ sku: 'burger', quantity: 2 }]
const order: Order = { orderId: 'a', userId: 'ada', kitchenId: 'main', items }
const openOrders = () => ordersTables(new DatabaseSync(':memory:'))

test('a new order is stored as pending, with its correlation id', () => {
  const tx = openOrders()
  const { placed, isNew } = placeOrder(tx, order, happened)
  assert.ok(isNew)
  assert.deepEqual([placed.status, placed.reason, placed.notification], ['pending', null, null])
  assert.equal(tx.findOrder('a')?.correlationId, 'c')
})

test('an order that is placed again is returned in its present state and keeps its first correlation id', () => {
  const tx = openOrders()
  placeOrder(tx, order, happened)
  recordOutcome(tx, 'a', { status: 'reserved' })
  const { placed, isNew } = placeOrder(tx, order, { ...happened, correlationId: 'other' })
  assert.equal(isNew, false)
  assert.deepEqual([placed.status, placed.correlationId], ['reserved', 'c'])
})

test('the same orderId with other content is refused, and the stored order stays', () => {
  const tx = openOrders()
  const { placed } = placeOrder(tx, order, happened)
  for (const other of [
    { ...order, items: [{ sku: 'burger', quantity: 3 }] },
    { ...order, kitchenId: 'other' },
  ])
    assert.throws(
      () => placeOrder(tx, other, happened),
      (error: unknown) => error instanceof LabError && error.code === 'key-reused',
    )
  assert.deepEqual(tx.findOrder('a'), placed)
})
