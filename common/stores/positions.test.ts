import assert from 'node:assert/strict'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import { positionsTables } from './positions.ts'

test('a position is kept for each partition of each topic, and the last one counts', () => {
  const positions = positionsTables(new DatabaseSync(':memory:'))
  assert.equal(positions.position('orders', 0), undefined)
  positions.setPosition('orders', 0, 0n, 3)
  positions.setPosition('orders', 1, 5n, 3)
  positions.setPosition('results', 0, 7n, 3)
  positions.setPosition('orders', 0, 3_000_000_000n, 3)
  assert.equal(positions.position('orders', 0), 3_000_000_000n)
  assert.equal(positions.position('orders', 1), 5n)
  assert.equal(positions.position('results', 0), 7n)
})
