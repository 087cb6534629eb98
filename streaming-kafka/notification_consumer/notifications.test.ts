import assert from 'node:assert/strict'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import { sentTables } from './notifications.ts'

test('any moment of the monotonic clock can be stored and read: beyond 2^53 ns, and between two of them', () => {
  const tables = sentTables(new DatabaseSync(':memory:'))
  const moments = [2 ** 53 + 2, 1.5]
  for (const sentNs of moments) tables.append({ orderId: 'o', userId: 'u', sentNs })
  assert.deepEqual(
    tables.pageNotifications(0, 10).rows.map(({ sentNs }) => sentNs),
    moments,
  )
})
