import assert from 'node:assert/strict'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import { bootstrapTables } from './bootstrap-marker.ts'

test('a new store has no bootstrap marker, and afterwards the one that was set last', () => {
  const { isBootstrapped, setBootstrapped } = bootstrapTables(new DatabaseSync(':memory:'))
  assert.equal(isBootstrapped(), false)
  for (const given of [true, true, false, false, true]) {
    setBootstrapped(given)
    assert.equal(isBootstrapped(), given)
  }
})
