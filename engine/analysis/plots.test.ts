import assert from 'node:assert/strict'
import { test } from 'node:test'
import { thinned, ordersOf, quantiles, quantilesOf } from './plots.ts'
import { historyOf, served } from '../testing/sample-timelines.ts'

test('a thinned curve reaches every peak, however short, and is level where nothing changes', () => {
  const changes: [number, number][] = [
    [0.01, 1],
    [0.02, 43],
    [0.03, 0],
    [0.3, 2],
    [1.1, 1],
    [1.2, 0],
  ]
  assert.deepEqual(thinned(changes), [
    [0, 43],
    [0.25, 2],
    [0.5, 2],
    [1, 2],
    [1.25, 0],
  ])
})

test('a step begins with what was there before it', () => {
  assert.deepEqual(
    thinned([
      [0.2, 7],
      [0.26, 6],
      [0.27, 0],
    ]),
    [
      [0, 7],
      [0.25, 7],
      [0.5, 0],
    ],
  )
})

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

test('an order that failed against the plan was not completed', () => {
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

const samples = (count: number) =>
  Array.from({ length: count }, (_, index) => ({ ms: index + 1, lateMs: 0, atLeast: false }))

test('a share is shown by its nearest rank, as far as ten samples lie beyond it', () => {
  const points = quantiles(samples(100))
  assert.deepEqual(points.at(0), [0.01, 1, 0])
  assert.deepEqual(points.at(-1), [0.9, 90, 0])
  assert.deepEqual(quantiles(samples(1_000)).at(-1), [0.99, 990, 0])
  assert.deepEqual(quantiles(samples(10)), [])
})

test('a share that an attempt without an answer could raise is marked', () => {
  const unknown = Array.from({ length: 20 }, () => ({ ms: 50, lateMs: 0, atLeast: true }))
  const points = quantiles([...samples(80), ...unknown])
  assert.ok(points.every(([, ms, atLeast]) => (atLeast === 1) === ms >= 50))
  assert.ok(points.some(([, , atLeast]) => atLeast === 1))
})

test('both clocks of the accepted latency stand beside those until the outcome, which need one clock for all', () => {
  const history = historyOf(Array.from({ length: 30 }, (_, index) => served(index * 10, 5)))
  const names = (clocksAgree: boolean) =>
    quantilesOf('one', { ...history, clocksAgree }).map(({ latency, points }) => [latency, points.length > 0])
  assert.deepEqual(names(true), [
    ['accepted', true],
    ['accepted uncorrected', true],
    ['known', true],
    ['completed', true],
  ])
  assert.deepEqual(names(false), [
    ['accepted', true],
    ['accepted uncorrected', true],
  ])
})

test('a latency that the generator was too late for has no shares, as it has no percentiles', () => {
  const history = historyOf(Array.from({ length: 1_100 }, (_, index) => served(index * 10, 10)))
  const late = (ms: number) => ({
    ...history,
    attempts: history.attempts.map(attempt => ({ ...attempt, startedNs: attempt.plannedNs + ms * 1e6 })),
  })
  assert.equal(quantilesOf('one', late(0.9)).length, 4)
  assert.deepEqual(
    quantilesOf('one', late(1.2)).flatMap(({ points }) => points),
    [],
  )
})
