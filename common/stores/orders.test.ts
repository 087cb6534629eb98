import assert from 'node:assert/strict'
import { test } from 'node:test'
import { DatabaseSync } from 'node:sqlite'
import { ordersTables } from './orders.ts'

const placed = (orderId: string) => ({
  order: { orderId, userId: 'u', kitchenId: 'k', items: [{ sku: 'burger', quantity: 1 }] },
  fingerprint: 'f',
  status: 'pending' as const,
  reason: null,
  notification: null,
  correlationId: 'c',
  occurredAt: '2026-01-01T00:00:00.000Z',
})

test('the moment of the decision stays when the order is confirmed later', () => {
  const tables = ordersTables(new DatabaseSync(':memory:'))
  const decidedNs = () => tables.pageOrders(0, 1).rows[0]?.decidedNs
  tables.insertOrder(placed('o'))
  assert.equal(decidedNs(), null)
  tables.updateOrder('o', { status: 'reserved', reason: null, notification: 'pending' })
  const first = decidedNs()
  assert.ok(first)
  tables.updateOrder('o', { status: 'reserved', reason: null, notification: 'sent' })
  assert.equal(decidedNs(), first)
})

test('a page has user and kitchen as they were written, and the fingerprint of orders with a note alone', () => {
  const tables = ordersTables(new DatabaseSync(':memory:'))
  const name = 'Zoë "note":\\ 🍕'
  const named = { ...placed('named').order, userId: name, kitchenId: '1' }
  tables.insertOrder({ ...placed('named'), order: named })
  tables.insertOrder({ ...placed('noted'), order: { ...placed('noted').order, note: 'No onions.' } })
  const shown = tables.pageOrders(0, 2).rows.map(row => [row.userId, row.kitchenId, row.fingerprint])
  assert.deepEqual(shown, [
    [name, '1', undefined],
    ['u', 'k', 'f'],
  ])
})

test('undecided orders are listed, the oldest first', () => {
  const tables = ordersTables(new DatabaseSync(':memory:'))
  for (const orderId of ['b', 'a', 'c']) tables.insertOrder(placed(orderId))
  assert.deepEqual(tables.pendingOrders(), ['b', 'a', 'c'])
  tables.updateOrder('a', { status: 'failed', reason: 'unknown-sku', notification: null })
  assert.deepEqual(tables.pendingOrders(), ['b', 'c'])
})

test('a dead letter belongs to the order of its content, whichever of them is known first', () => {
  const tables = ordersTables(new DatabaseSync(':memory:'))
  const dead = { reason: 'kills-consumer', since: '2026-01-01T00:00:01.000Z' } as const
  tables.markDeadLettered('early', 'f', dead)
  for (const orderId of ['early', 'late', 'other']) tables.insertOrder(placed(orderId))
  tables.markDeadLettered('late', 'f', { ...dead, reason: 'malformed' })
  tables.markDeadLettered('late', 'f', dead)
  tables.markDeadLettered('other', 'of other content', dead)
  for (const orderId of ['early', 'late']) assert.deepEqual(tables.findOrder(orderId)?.deadLetter, dead)
  assert.equal(tables.findOrder('other')?.deadLetter, null)
})

test('the oldest pending order is known, and how many of the pending ones are dead letters', () => {
  const tables = ordersTables(new DatabaseSync(':memory:'))
  assert.deepEqual(tables.oldestPending(), { placedAt: null, deadLetters: 0 })
  for (const [index, orderId] of ['a', 'b', 'c'].entries())
    tables.insertOrder({ ...placed(orderId), occurredAt: `2026-01-01T00:00:0${index}.000Z` })
  for (const orderId of ['a', 'b', 'unknown'])
    tables.markDeadLettered(orderId, 'f', { reason: 'kills-consumer', since: '2026-01-01T00:00:09.000Z' })
  assert.deepEqual(tables.oldestPending(), { placedAt: '2026-01-01T00:00:00.000Z', deadLetters: 2 })
  tables.updateOrder('a', { status: 'reserved', reason: null, notification: 'pending' })
  assert.deepEqual(tables.oldestPending(), { placedAt: '2026-01-01T00:00:01.000Z', deadLetters: 1 })
})

test('an order is removed only while it is pending', () => {
  const tables = ordersTables(new DatabaseSync(':memory:'))
  for (const orderId of ['pending', 'decided']) tables.insertOrder(placed(orderId))
  tables.updateOrder('decided', { status: 'reserved', reason: null, notification: 'pending' })
  for (const orderId of ['pending', 'decided', 'unknown']) tables.removePending(orderId)
  assert.equal(tables.findOrder('pending'), undefined)
  assert.equal(tables.findOrder('decided')?.status, 'reserved')
})

test('unconfirmed orders are read in pages, the oldest first', () => {
  const tables = ordersTables(new DatabaseSync(':memory:'))
  for (const orderId of ['c', 'b', 'a', 'pending']) tables.insertOrder(placed(orderId))
  for (const orderId of ['a', 'b', 'c'])
    tables.updateOrder(orderId, { status: 'reserved', reason: null, notification: 'pending' })
  const page = (after: number, limit: number) => tables.unconfirmedOrders(after, limit).map(row => row.orderId)
  assert.deepEqual(page(0, 2), ['c', 'b'])
  assert.deepEqual(page(tables.unconfirmedOrders(0, 2)[1]?.seq ?? 0, 2), ['a'])
  tables.updateOrder('c', { status: 'reserved', reason: null, notification: 'sent' })
  assert.deepEqual(page(0, 2), ['b', 'a'])
})

test('a row that no service can have written is refused when it is read, not passed on', () => {
  const db = new DatabaseSync(':memory:')
  const tables = ordersTables(db)
  tables.insertOrder(placed('o'))
  for (const damage of ["status = 'lost'", "reason = 'bad luck'", "body = '{}'"]) {
    db.exec(`SAVEPOINT intact; UPDATE orders SET ${damage}`)
    assert.throws(() => tables.findOrder('o'), { code: 'handler-failed' })
    db.exec('ROLLBACK TO intact')
  }
})
