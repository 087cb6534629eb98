import assert from 'node:assert/strict'
import { test } from 'node:test'
import { historyOf, served } from '../testing/sample-timelines.ts'
import { ordersOf } from './order-points.ts'

test('each order is a point: its plan, how long until its answer and its completion, and what it was answered', () => {
  const history = historyOf([
    served(500, 20),
    { atMs: 1_500, answer: '503 inventory-unavailable', answeredMs: 1_501 },
    { atMs: 1_600, answer: 'deadline', placedMs: 1_601, decidedMs: 5_000, outcome: 'reserved', notifiedMs: 5_600 },
  ])
  const { kinds, points, answers } = ordersOf('one', history)
  assert.deepEqual(kinds, ['201', '503 inventory-unavailable', 'deadline'])
  assert.deepEqual(points, [
    [0.5, 20, 19, 0],
    [1.5, 1, null, 1],
    [1.6, null, 4_000, 2],
  ])
  assert.deepEqual(answers, [
    { kind: '201', perSecond: [[0, 1]] },
    { kind: '503 inventory-unavailable', perSecond: [[1, 1]] },
    { kind: 'deadline', perSecond: [[1, 1]] },
  ])
})

test('an order that failed though nobody demanded it was not completed', () => {
  const times = { atMs: 100, answeredMs: 600, placedMs: 101, decidedMs: 602 }
  const history = historyOf([{ ...times, answer: '504 deadline-passed', outcome: 'released' }])
  assert.deepEqual(ordersOf('one', history).points, [[0.1, 500, null, 0]])
})

test('of more than 2,000 orders there is a density, and no order is lost in it', () => {
  const history = historyOf(Array.from({ length: 2_500 }, (_, index) => served(index * 4, index < 1_000 ? 3 : 40)))
  const { points, density, answers } = ordersOf('many', history)
  assert.equal(points, undefined)
  const sum = (boxes: readonly [number, number, number][] = []) => boxes.reduce((all, [, , count]) => all + count, 0)
  assert.equal(sum(density?.accepted), 2_500)
  assert.equal(sum(density?.completed), 2_500)
  const rows = new Set(density?.accepted.map(([, row]) => row))
  assert.deepEqual(rows, new Set([Math.floor(8 * Math.log10(3)), Math.floor(8 * Math.log10(40))]))
  assert.deepEqual(answers[0]?.perSecond[0], [0, 250])
})

test('without one clock no completion is drawn', () => {
  const history = { ...historyOf([served(0, 10)]), clocksAgree: false }
  assert.deepEqual(ordersOf('apart', history).points, [[0, 10, null, 0]])
})
