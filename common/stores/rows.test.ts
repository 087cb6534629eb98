import assert from 'node:assert/strict'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import type { StoredNotificationRow } from '../contracts/evidence.ts'
import { notificationsTables } from './notifications.ts'
import { MAX_PAGE } from './rows.ts'

function sent(count: number) {
  const tables = notificationsTables(new DatabaseSync(':memory:'))
  for (let number = 0; number < count; number++) tables.append({ orderId: `order ${number}`, userId: 'ada' })
  return tables
}

test('pages hold every row once, in the sequence in which they were written, whatever the limit', () => {
  const tables = sent(2 * MAX_PAGE + 7)
  for (const limit of [99, MAX_PAGE, MAX_PAGE * 5]) {
    const rows: StoredNotificationRow[] = []
    for (let after: number | null = 0; after !== null; ) {
      const page = tables.pageNotifications(after, limit)
      assert.ok(page.rows.length <= Math.min(limit, MAX_PAGE))
      rows.push(...page.rows)
      after = page.next
    }
    assert.deepEqual(
      rows.map(({ orderId }) => orderId),
      Array.from({ length: 2 * MAX_PAGE + 7 }, (_, number) => `order ${number}`),
    )
  }
})

test('an empty table is one empty page', () => {
  assert.deepEqual(sent(0).pageNotifications(0, 10), { rows: [], next: null })
})

test('timestamps can be read on a machine that has been up for more than 104 days', t => {
  t.mock.method(process.hrtime, 'bigint', () => 2n ** 53n + 4n)
  assert.equal(sent(1).pageNotifications(0, 10).rows[0]?.sentNs, 2 ** 53 + 4)
})
