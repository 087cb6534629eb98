import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { History } from '#engine/run/history.ts'
import { historyOf, served } from '#engine/testing/sample-timelines.ts'
import { beyondOf } from './beyond.ts'
import type { Probe } from './capacity-file.ts'

const probe = { ordersPerSecond: 100 } as Probe

const history = historyOf(
  [
    { atMs: 0, answer: '503 overloaded', answeredMs: 1 },
    served(10, 500),
    { atMs: 20, answer: '503 overloaded', answeredMs: 21 },
    { atMs: 30, answer: '503 inventory-unavailable', answeredMs: 31 },
    { atMs: 40, answer: 'deadline' },
  ],
  { warmUpOrders: 1 },
)

test('of the measured orders those count as turned away that were told to come again', () => {
  assert.equal(beyondOf(probe, history).shedShare, 0.25)
})

test('the recovery ends with the last decision, and is unknown where orders still wait or the clocks differ', () => {
  // It was decided in the middle of its 500 ms; the last order was started 40 ms after the beginning.
  assert.equal(Math.round(1_000 * (beyondOf(probe, history).recoverySeconds ?? NaN)), 220)
  for (const others of [{ quiescent: false }, { clocksAgree: false }] satisfies Partial<History>[])
    assert.equal(beyondOf(probe, { ...history, ...others }).recoverySeconds, null)
})
