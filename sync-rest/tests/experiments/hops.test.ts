import assert from 'node:assert/strict'
import { test } from 'node:test'
import { historyOf, served } from '#engine/testing/sample-timelines.ts'
import { hopMeasures } from './hops.ts'

test('the parts of an answer are void with the whole of it', () => {
  const history = historyOf(Array.from({ length: 1_100 }, (_, index) => served(index, 10)))
  const hops = () => hopMeasures(history).filter(({ name }) => name.endsWith(' p50'))
  assert.ok(hops().every(({ value }) => value !== null))
  for (const attempt of history.attempts) attempt.startedNs = attempt.plannedNs + 3e6
  assert.ok(hops().length > 0)
  for (const { name, value, note } of hops()) assert.deepEqual([value, note], [null, 'generator-bound'], name)
})
