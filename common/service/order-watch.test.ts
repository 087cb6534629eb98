import assert from 'node:assert/strict'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import { ordersTables } from '../stores/orders.ts'
import { placeOrder } from '../workflow/place-order.ts'
import { recordOutcome } from '../workflow/record-outcome.ts'
import { createOrderWatch } from './order-watch.ts'

function openWatch() {
  const watch = createOrderWatch()
  const tx = watch.over(ordersTables(new DatabaseSync(':memory:')))
  for (const orderId of ['one', 'other']) {
    const order = { orderId, userId: 'ada', kitchenId: 'k', items: [{ sku: 'burger', quantity: 1 }] }
    placeOrder(tx, order, { correlationId: 'c', occurredAt: '2026-01-01T00:00:00.000Z' })
  }
  return { watch, tx }
}

test('all who wait for an order are told of its change, and nobody who waits for another one', async () => {
  const { watch, tx } = openWatch()
  const told: string[] = []
  const wait = (orderId: string, who: string) => {
    const { changed, forget } = watch.change(orderId)
    return changed.then(() => told.push(who)).finally(forget)
  }
  const both = Promise.all([wait('one', 'a'), wait('one', 'b')])
  const other = wait('other', 'c')
  assert.equal(watch.waiting(), 3)
  recordOutcome(tx, 'one', { status: 'reserved' })
  await both
  assert.deepEqual(told.toSorted(), ['a', 'b'])
  tx.markDeadLettered('other', 'print', { reason: 'malformed', since: '2026-01-01T00:00:00.000Z' })
  await other
  assert.equal(told.at(-1), 'c')
  assert.equal(watch.waiting(), 0)
})

test('who forgets stops waiting at once, and the others still wait', async () => {
  const { watch, tx } = openWatch()
  const left = watch.change('one')
  const stays = watch.change('one')
  left.forget()
  await left.changed
  assert.equal(watch.waiting(), 1)
  recordOutcome(tx, 'one', { status: 'reserved' })
  await stays.changed
  stays.forget()
  left.forget()
  assert.equal(watch.waiting(), 0)
})
