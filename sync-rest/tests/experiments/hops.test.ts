import assert from 'node:assert/strict'
import { test } from 'node:test'
import { historyOf, served } from '#engine/testing/sample-timelines.ts'
import { hopMeasures } from './hops.ts'

test('the parts of an answer count from the actual start, so that a late one voids none; a busy machine voids them all', () => {
  const history = historyOf(Array.from({ length: 1_100 }, (_, index) => served(index, 10)))
  const hops = () => hopMeasures(history).filter(({ name }) => name.endsWith(' p50'))
  assert.ok(hops().length > 0)
  const before = hops()
  for (const attempt of history.attempts) attempt.plannedNs -= 3e6
  assert.deepEqual(hops(), before)
  assert.ok(before.every(({ value }) => value !== null))
  history.machine = { idleShare: 0.02 }
  for (const { name, value, note } of hops()) assert.deepEqual([value, note], [null, 'machine busy'], name)
})
