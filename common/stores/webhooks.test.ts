import assert from 'node:assert/strict'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import { placeOrder } from '../workflow/place-order.ts'
import { confirmOrder, recordOutcome } from '../workflow/record-outcome.ts'
import { ordersTables } from './orders.ts'
import { undecidedTables } from './undecided.ts'
import { webhooksTables } from './webhooks.ts'

function openTables(isOn: boolean, db = new DatabaseSync(':memory:')) {
  const tx = { ...ordersTables(db), ...webhooksTables(db, isOn), ...undecidedTables(db) }
  const place = (orderId: string) => {
    const order = { orderId, userId: 'ada', kitchenId: 'k', items: [{ sku: 'burger', quantity: 1 }] }
    placeOrder(tx, order, { correlationId: 'c', occurredAt: '2026-01-01T00:00:00.000Z' })
  }
  const due = () => tx.dueWebhooks(0, 10).map(({ orderId }) => orderId)
  return { db, tx, place, due }
}

test('an order has a webhook due from its decision on, and one alone, whatever is recorded of it later', () => {
  const { tx, place, due } = openTables(true)
  for (const orderId of ['a', 'b']) place(orderId)
  assert.deepEqual([due(), tx.undecided()], [[], 2])
  recordOutcome(tx, 'b', { status: 'failed', reason: 'out-of-stock' })
  recordOutcome(tx, 'a', { status: 'reserved' })
  recordOutcome(tx, 'b', { status: 'reserved' })
  confirmOrder(tx, 'a')
  assert.deepEqual(due(), ['b', 'a'])
  const [first] = tx.dueWebhooks(0, 1)
  tx.removeWebhook(first?.seq ?? 0)
  confirmOrder(tx, 'a')
  assert.deepEqual(due(), ['a'])
  assert.deepEqual([tx.countWebhooks(), tx.undecided()], [1, 0])
})

test('a decision that was not kept leaves no webhook due', () => {
  const { db, tx, place, due } = openTables(true)
  place('a')
  db.exec('BEGIN')
  recordOutcome(tx, 'a', { status: 'reserved' })
  db.exec('ROLLBACK')
  assert.deepEqual(due(), [])
})

test('without webhooks nothing becomes due', () => {
  const { tx, place, due } = openTables(false)
  place('a')
  recordOutcome(tx, 'a', { status: 'reserved' })
  assert.deepEqual(due(), [])
})
