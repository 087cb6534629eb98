import assert from 'node:assert/strict'
import { test } from 'node:test'
import { DatabaseSync } from 'node:sqlite'
import { notificationsTables } from './notifications.ts'

test('a notification is remembered and appended as evidence', () => {
  const tables = notificationsTables(new DatabaseSync(':memory:'))
  assert.equal(tables.wasSent('o'), false)
  tables.append({ orderId: 'o', userId: 'u' })
  assert.equal(tables.wasSent('o'), true)
  assert.deepEqual(
    tables.pageNotifications(0, 10).rows.map(({ orderId, userId }) => [orderId, userId]),
    [['o', 'u']],
  )
})

test('the evidence has no key on the order, so that a duplicate would show in it', () => {
  const db = new DatabaseSync(':memory:')
  const tables = notificationsTables(db)
  tables.append({ orderId: 'o', userId: 'u' })
  db.exec('DELETE FROM confirmed') // the safeguard fails
  tables.append({ orderId: 'o', userId: 'u' })
  assert.equal(tables.pageNotifications(0, 10).rows.length, 2)
})
