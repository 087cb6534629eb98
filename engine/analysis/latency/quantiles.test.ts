import assert from 'node:assert/strict'
import { test } from 'node:test'
import { historyOf, served } from '../../testing/sample-timelines.ts'
import { quantiles, quantilesOf } from './quantiles.ts'

const samples = (count: number) => Array.from({ length: count }, (_, index) => ({ ms: index + 1, atLeast: false }))

test('a share is shown by its nearest rank, as far as ten samples lie beyond it', () => {
  const points = quantiles(samples(100))
  assert.deepEqual(points.at(0), [0.01, 1, 0])
  assert.deepEqual(points.at(-1), [0.9, 90, 0])
  assert.deepEqual(quantiles(samples(1_000)).at(-1), [0.99, 990, 0])
  assert.deepEqual(quantiles(samples(10)), [])
})

test('a share that an attempt without an answer could raise is marked', () => {
  const unknown = Array.from({ length: 20 }, () => ({ ms: 50, atLeast: true }))
  const points = quantiles([...samples(80), ...unknown])
  assert.ok(points.every(([, ms, atLeast]) => (atLeast === 1) === ms >= 50))
  assert.ok(points.some(([, , atLeast]) => atLeast === 1))
})

test('both clocks of the accepted latency stand beside the completed one, which needs one clock for all', () => {
  const history = historyOf(Array.from({ length: 30 }, (_, index) => served(index * 10, 5)))
  const names = (clocksAgree: boolean) =>
    quantilesOf('one', { ...history, clocksAgree }).map(({ latency, points }) => [latency, points.length > 0])
  assert.deepEqual(names(true), [
    ['accepted', true],
    ['accepted uncorrected', true],
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
  assert.equal(quantilesOf('one', late(1.9)).length, 3)
  assert.deepEqual(quantilesOf('one', late(2.5)), [])
})
