import assert from 'node:assert/strict'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import { repeatsTables } from './repeats.ts'

test('a repeat is stored and read also when the monotonic clock is beyond 2^53 ns', t => {
  t.mock.method(process.hrtime, 'bigint', () => 2n ** 53n + 2n)
  const tables = repeatsTables(new DatabaseSync(':memory:'))
  tables.appendRepeat('o')
  assert.equal(tables.pageRepeats(0, 10).rows[0]?.atNs, 2 ** 53 + 2)
})
