import assert from 'node:assert/strict'
import { test } from 'node:test'
import { historyOf } from '#engine/testing/sample-timelines.ts'
import { timelinesOf } from './order-timelines.ts'

const history = historyOf([
  { atMs: 0, answer: '202', answeredMs: 2.34, placedMs: 1, decidedMs: 20, outcome: 'reserved', notifiedMs: 12_345 },
  { atMs: 10, answer: '409 out-of-stock', answeredMs: 14, placedMs: 12, decidedMs: 13, outcome: 'out-of-stock' },
  { atMs: 30, answer: 'deadline' },
])
const [first = assert.fail()] = history.planned

test('what became of each order is told in tenths of a millisecond after its planned start, to three digits', () => {
  const { requested, answered, stored, decided, notified, key } = timelinesOf(history, [])
  assert.deepEqual(requested, [0, 100, 200])
  assert.deepEqual(answered, [23, 40, null])
  assert.deepEqual(stored, [10, 20, null])
  assert.deepEqual(decided, [200, 30, null])
  assert.deepEqual(notified, [123_000, null, null])
  assert.equal(`${key}0`, first.idempotencyKey)
})

test('its answer and its outcome are told in words', () => {
  const { answers, outcomes } = timelinesOf(history, [])
  const wordsOf = ({ texts, of }: typeof answers) => of.map(nth => texts[nth])
  assert.deepEqual(wordsOf(answers), ['202', '409 out-of-stock', 'deadline'])
  assert.deepEqual(wordsOf(outcomes), ['reserved', 'failed, out-of-stock', ''])
})

test('where the clocks differ only what the client saw is told', () => {
  const { answered, stored, decided, notified } = timelinesOf({ ...history, clocksAgree: false }, [])
  assert.deepEqual([answered[0], stored[0], decided[0], notified[0]], [23, null, null, null])
})

test('an order that a check names is told what it found, and a check that names only some is told too', () => {
  const check = { variant: 'one', name: 'lost' }
  const named = {
    ...check,
    verdict: 'invalid' as const,
    detail: `2 found among 3 accepted orders: ${first.orderId} has no outcome; x has none.`,
  }
  assert.deepEqual(timelinesOf(history, [named]).found, { 0: [`lost: has no outcome (${first.orderId})`] })
  const more = {
    ...named,
    detail: '17 found among 30 accepted orders: x has none; y has none; z has none; and 14 more.',
  }
  const { found, unnamed, checks } = timelinesOf(history, [more, { ...check, verdict: 'valid', detail: 'All 3 pass.' }])
  assert.deepEqual([found, unnamed, checks], [{}, ['lost'], 2])
})
