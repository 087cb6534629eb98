import assert from 'node:assert/strict'
import { test } from 'node:test'
import { historyOf, ns, type SampleTimeline } from '../testing/sample-timelines.ts'
import { learnedMeasures } from './learned.ts'

const accepted = (atMs: number): SampleTimeline => ({
  atMs,
  answer: '202',
  answeredMs: atMs + 2,
  placedMs: atMs + 1,
  decidedMs: atMs + 3,
  outcome: 'reserved',
  notifiedMs: atMs + 4,
})

const valuesOf = (history: Parameters<typeof learnedMeasures>[0]) =>
  Object.fromEntries(learnedMeasures(history).map(({ name, value, atLeast }) => [name, atLeast ? `≥ ${value}` : value]))

/** Thirty orders, each told `tookMs` after its start by its second request. */
function followed(tookMs: number) {
  const history = historyOf(Array.from({ length: 30 }, (_, nth) => accepted(10 * nth)))
  for (const [nth, attempt] of history.attempts.entries())
    attempt.learned = { atNs: ns(10 * nth + tookMs), says: 'reserved', requests: 2 }
  return history
}

test('a client learns the outcome when it is told, counted from the planned start, and its requests are those of all', () => {
  const { 'learned p50': p50, 'requests per order': requests } = valuesOf(followed(40))
  assert.deepEqual([p50, requests], [40, 3])
})

test('an answer that carries the outcome tells it, and needs no further request', () => {
  const history = historyOf(Array.from({ length: 30 }, (_, nth) => ({ ...accepted(10 * nth), answer: '201' as const })))
  const { 'learned p50': p50, 'requests per order': requests } = valuesOf(history)
  assert.deepEqual([p50, requests], [2, 1])
})

test('who is never told counts until it gave up, as at least', () => {
  const history = followed(40)
  for (const attempt of history.attempts.slice(0, 20)) attempt.learned = { atNs: ns(5_000), requests: 9 }
  assert.match(String(valuesOf(history)['learned p50']), /^≥ /)
})

test('without clients that follow their orders nothing is said of 202s', () => {
  assert.equal(valuesOf(historyOf([accepted(0)]))['learned max'], null)
})
