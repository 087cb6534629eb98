import assert from 'node:assert/strict'
import { test } from 'node:test'
import { historyOf, served } from '../testing/sample-timelines.ts'
import { WARM_UP, warmUpMeasures } from './warm-up.ts'

const orders = Array.from({ length: 90 }, (_, index) => served(10 * index, index < 40 ? 50 : index < 60 ? 4 : 9))

test('the latency of the warm-up is the median of its last third', () => {
  const history = historyOf(orders, { warmUpOrders: 60 })
  assert.deepEqual(warmUpMeasures(history), [{ name: WARM_UP, unit: 'ms', value: 4 }])
})

test('it is void where the generator was late meanwhile, whatever came later', () => {
  const history = historyOf(orders, { warmUpOrders: 60 })
  for (const attempt of history.attempts) if (attempt.index < 60) attempt.startedNs += 3e6
  assert.deepEqual(warmUpMeasures(history), [{ name: WARM_UP, unit: 'ms', value: null, note: 'generator-bound' }])
  const later = historyOf(orders, { warmUpOrders: 60 })
  for (const attempt of later.attempts) if (attempt.index >= 60) attempt.startedNs += 3e6
  assert.equal(warmUpMeasures(later)[0]?.value, 4)
})
