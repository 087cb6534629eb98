// A history of many orders: nothing of it may be spread into the arguments of a function, and nothing may take time by its square.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { recoveryMeasures } from '../analysis/recovery.ts'
import { CHECKS, checksFor } from '../checks/checks.ts'
import { ordersOf, quantilesOf, seriesOf } from '../analysis/plots.ts'
import { SAMPLE_ANSWERS, SAMPLE_REASONS, sampleHistory } from '../testing/sample-history.ts'
import { evaluate } from './result.ts'

test('no check, no measure and no curve fails with 100,000 orders', () => {
  const history = sampleHistory(1, 100_000)
  const own = checksFor({ reasons: SAMPLE_REASONS, answers: SAMPLE_ANSWERS })
  const others = [...CHECKS.values()].filter(({ name }) => own.every(check => check.name !== name))
  const variant = {
    name: 'large',
    about: '',
    load: { orders: 100_000, ordersPerSecond: 1_000, deadlineMs: 1_000, mix: {} },
    quiescenceMs: 1_000,
    checks: [...own, ...others],
    measures: () => recoveryMeasures(history, { fromMs: 10_000, toMs: 20_000 }),
  }
  const { checks, measures } = evaluate(variant, history)
  const notValid = checks.filter(({ verdict }) => verdict !== 'valid')
  assert.deepEqual(notValid, [])
  assert.ok(measures.length > 20)
  assert.ok(seriesOf('large', history).length > 0)
  assert.ok(ordersOf('large', history).density)
  assert.ok(quantilesOf('large', history).length > 0)
})
