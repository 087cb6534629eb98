import assert from 'node:assert/strict'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import { outboxTables, refuseLeftovers } from './outbox.ts'

test('entries are read in the sequence in which they were stored, from any one on, until they are removed', () => {
  const outbox = outboxTables(new DatabaseSync(':memory:'))
  for (const body of ['a', 'b', 'c', 'd']) outbox.enqueue(body)
  const bodies = (after: number, limit = 10) => outbox.pendingEntries(after, limit).map(({ body }) => body)
  assert.deepEqual(bodies(0, 2), ['a', 'b'])
  assert.deepEqual(bodies(2), ['c', 'd'])
  outbox.dequeue(2)
  outbox.dequeue(2)
  assert.deepEqual(bodies(0), ['a', 'c', 'd'])
})

test('a number is never given twice, so that an entry stored after a pause is not taken for an old one', () => {
  const outbox = outboxTables(new DatabaseSync(':memory:'))
  outbox.enqueue('first')
  const [first] = outbox.pendingEntries(0, 1)
  outbox.dequeue(first?.seq ?? 0)
  outbox.enqueue('second')
  assert.notEqual(outbox.pendingEntries(0, 1)[0]?.seq, first?.seq)
})

test('a service without a relay refuses an outbox that holds an event', () => {
  const outbox = outboxTables(new DatabaseSync(':memory:'))
  outbox.enqueue('a')
  assert.throws(() => refuseLeftovers(outbox), { code: 'unavailable' })
  outbox.dequeue(1)
  refuseLeftovers(outbox)
})
