import assert from 'node:assert/strict'
import { test } from 'node:test'
import { historyOf } from '../testing/sample-timelines.ts'
import type { History } from '../run/history.ts'
import { metricsAsSent } from './metrics-as-sent.ts'

const NOON = Date.UTC(2026, 0, 1, 12, 0, 10)
const RIGHT = { orders: 3, outcomes: { reserved: 3, failed: 0 }, ordersPerMinute: { '2026-01-01T12:00': 3 } }

/** Three accepted orders within 30 ms, ten seconds after noon. */
const history: History = {
  ...historyOf(
    [0, 10, 20].map(atMs => ({
      atMs,
      answer: '202',
      answeredMs: atMs + 1,
      placedMs: atMs + 1,
      decidedMs: atMs + 2,
      outcome: 'reserved',
      notifiedMs: atMs + 3,
    })),
  ),
  originUnixMs: NOON,
}
const verdictOf = (metrics: unknown[], changed: Partial<History> = {}, more = 0) =>
  metricsAsSent(() => metrics, more)({ ...history, ...changed })

test('metrics are judged by what the lab sent, also when they are wrong in the same way each time', () => {
  assert.equal(verdictOf([RIGHT]).verdict, 'valid')
  assert.equal(verdictOf([RIGHT, RIGHT]).verdict, 'valid')
  const short = { orders: 2, outcomes: { reserved: 2, failed: 0 }, ordersPerMinute: { '2026-01-01T12:00': 2 } }
  assert.equal(verdictOf([short, short]).verdict, 'invalid')
  assert.equal(verdictOf([RIGHT, short]).verdict, 'invalid')
  assert.equal(verdictOf([{ ...RIGHT, outcomes: { reserved: 2, failed: 1 } }]).verdict, 'invalid')
  assert.equal(verdictOf([RIGHT], {}, 1).verdict, 'invalid')
})

test('an order that is counted in a minute in which it was not sent is found, by the clock of the run and no other', () => {
  assert.equal(verdictOf([{ ...RIGHT, ordersPerMinute: { '2026-01-01T12:01': 3 } }]).verdict, 'invalid')
  assert.equal(
    verdictOf([{ ...RIGHT, ordersPerMinute: { '2026-01-01T12:00': 2, '2026-01-01T11:59': 1 } }]).verdict,
    'invalid',
  )
  const yearLater = { '2027-01-01T12:00': 3 }
  assert.equal(verdictOf([{ ...RIGHT, ordersPerMinute: yearLater }]).verdict, 'invalid')
  assert.equal(
    verdictOf([{ ...RIGHT, ordersPerMinute: yearLater }], { originUnixMs: Date.UTC(2027, 0, 1, 12, 0, 10) }).verdict,
    'valid',
  )
})

test('an order around the end of a minute may be counted in either', () => {
  const originUnixMs = Date.UTC(2026, 0, 1, 12, 0, 59, 985)
  for (const [early, late] of [
    [1, 2],
    [2, 1],
  ])
    assert.equal(
      verdictOf([{ ...RIGHT, ordersPerMinute: { '2026-01-01T12:00': early, '2026-01-01T12:01': late } }], {
        originUnixMs,
      }).verdict,
      'valid',
      `${early} and ${late}`,
    )
})

test('where an order was refused, or nothing was read, nothing is judged', () => {
  const [first, ...rest] = history.attempts
  if (!first) return assert.fail()
  const refused = { ...first, answer: { kind: 'status' as const, status: 503, text: '' } }
  assert.equal(verdictOf([RIGHT], { attempts: [refused, ...rest] }).verdict, 'vacuous')
  assert.equal(verdictOf([]).verdict, 'vacuous')
})
