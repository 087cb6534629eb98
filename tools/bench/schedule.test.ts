import assert from 'node:assert/strict'
import { test } from 'node:test'
import { impliedP99Ms } from './schedule.ts'

const MS = 1e6

test('a stall of 200 ms each second implies a p99 of 190 ms at 2,000 requests a second', () => {
  const plannedNs = Array.from({ length: 20_000 }, (_, index) => (index * MS) / 2)
  const stalls = Array.from({ length: 10 }, (_, second) => ({ fromNs: second * 1e9, toNs: second * 1e9 + 200 * MS }))
  assert.equal(impliedP99Ms(plannedNs, stalls), 190)
})

test('a target that never stalls implies no wait', () => {
  assert.equal(impliedP99Ms([0, 1, 2], []), 0)
})
