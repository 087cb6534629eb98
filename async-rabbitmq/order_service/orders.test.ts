import assert from 'node:assert/strict'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import { inventoryEvent } from '#common/contracts/events.ts'
import { testContext } from '#common/testing/context.ts'
import { ordersTables } from '#common/stores/orders.ts'
import { placeOrder } from '#common/workflow/place-order.ts'
import type { OrdersTx, Store } from '#common/workflow/store.ts'
import { recordOutcomeOf } from './orders.ts'

const order = { orderId: 'o', userId: 'u', kitchenId: 'k', items: [{ sku: 'burger', quantity: 1 }] }
const happened = { correlationId: 'c', occurredAt: '2026-01-01T00:00:00.000Z' }
const context = testContext()
const reserved = inventoryEvent(order, { status: 'reserved' }, happened)
const failed = inventoryEvent(order, { status: 'failed', reason: 'out-of-stock' }, happened)

test('the first outcome counts, and an event of an unknown order changes nothing', async () => {
  const tx = ordersTables(new DatabaseSync(':memory:'))
  placeOrder(tx, order, happened)
  const record = recordOutcomeOf({ transact: async work => work(tx) })
  await record(failed, context)
  await record(reserved, context)
  assert.deepEqual([tx.findOrder('o')?.status, tx.findOrder('o')?.reason], ['failed', 'out-of-stock'])
  await record(inventoryEvent({ ...order, orderId: 'strange' }, { status: 'reserved' }, happened), context)
  assert.equal(tx.findOrder('strange'), undefined)
})

test('a result is not acknowledged before it is stored', async () => {
  const full: Store<OrdersTx> = { transact: () => Promise.reject(new Error('the disk is full')) }
  await assert.rejects(recordOutcomeOf(full)(reserved, context), /the disk is full/)
})
