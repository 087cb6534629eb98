import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ExecutedStep } from '../run/history.ts'
import { REREAD, rereadMeasures } from './reread-measures.ts'

const READER = { service: 'reader', reset: 'reset-offsets' }
const step = (action: string, fromMs: number, toMs: number, target = 'reader'): ExecutedStep => ({
  action,
  target,
  atNs: fromMs * 1e6,
  doneNs: toMs * 1e6,
})
const valuesOf = (executedSteps: ExecutedStep[]) =>
  Object.fromEntries(rereadMeasures({ executedSteps }, READER).map(({ name, value }) => [name, value]))

const before = [step('read', 0, 1), step('kill', 10, 12), step('wipe', 12, 13)]
const reset = step('reset-offsets', 13, 6_013, 'broker')

test('a reader that reads everything again is measured from its death on, in parts', () => {
  assert.deepEqual(valuesOf([...before, reset, step('start', 6_013, 6_413), step('read', 6_513, 6_520)]), {
    [REREAD.total]: 6_503,
    [REREAD.session]: 6_000,
    [REREAD.start]: 400,
    [REREAD.reading]: 100,
  })
})

test('a reader that dies a second time is measured from its first death, with both starts', () => {
  const twice = [step('start', 6_013, 6_413), step('kill', 6_613, 6_614), step('start', 6_614, 7_014)]
  assert.deepEqual(valuesOf([...before, reset, ...twice, step('read', 7_114, 7_115), step('read', 7_115, 7_116)]), {
    [REREAD.total]: 7_104,
    [REREAD.session]: 6_000,
    [REREAD.start]: 800,
    [REREAD.reading]: 300,
  })
})

test('a reader that never came to its end has no measured times', () => {
  const values = valuesOf([...before, reset, step('start', 6_013, 6_413)])
  assert.deepEqual(new Set(Object.values(values)), new Set([null]))
})
