import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createHealth } from './health.ts'
import { watchOldestPending } from './oldest-pending.ts'

const NOW = '2026-01-01T00:01:00.000Z'

function healthWith(pending: { placedAt: string | null; deadLetters: number }) {
  const health = createHealth()
  watchOldestPending(health, { oldestPending: () => pending }, () => NOW)
  return health.view()
}

test('a service whose orders are decided soon says nothing of them', () => {
  const fine = { healthy: true, problems: {} }
  assert.deepEqual(healthWith({ placedAt: null, deadLetters: 0 }), fine)
  assert.deepEqual(healthWith({ placedAt: '2026-01-01T00:00:55.000Z', deadLetters: 0 }), fine)
})

test('an order that waits for long and dead letters are named, and leave the service healthy', () => {
  const { healthy, problems } = healthWith({ placedAt: '2026-01-01T00:00:10.000Z', deadLetters: 2 })
  assert.equal(healthy, true)
  assert.match(problems['oldest pending'] ?? '', /placed at 2026-01-01T00:00:10.000Z; 2 undecided: dead letters/)
  const young = healthWith({ placedAt: '2026-01-01T00:00:59.000Z', deadLetters: 1 })
  assert.match(young.problems['oldest pending'] ?? '', /^1 undecided: dead letters/)
})
