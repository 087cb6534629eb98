import assert from 'node:assert/strict'
import { test } from 'node:test'
import { defineCheck, invalid, valid } from '#engine/checks/check.ts'
import type { Variant } from '#engine/experiment/define.ts'
import type { History } from '#engine/run/history.ts'
import { historyOf, type SampleTimeline, served } from '#engine/testing/sample-timelines.ts'
import { parseThreshold } from '#engine/analysis/thresholds.ts'
import { judgeProbe } from './judge.ts'
import { probeLoad, measuredWindow } from './load.ts'

const RATE = 100
const SECONDS = 10
const load = probeLoad(RATE, SECONDS)
const FROM_MS = measuredWindow(SECONDS).from * 1_000

const fine = defineCheck('duplicated', 'nothing is done twice', () => valid('Nothing was.'))

const variantWith = (checks: Variant['checks'] = [fine]): Variant => ({
  name: 'a probe',
  about: '',
  load: { ...load, deadlineMs: 2_000 },
  quiescenceMs: 1_000,
  checks,
})

/** Orders of the measured seconds, each as it is told; those of the warm-up are fine. */
function historyWith(orderOf: (atMs: number, nth: number) => SampleTimeline): History {
  const warmUp = Array.from({ length: load.warmUpOrders ?? 0 }, (_, nth) => served((nth * FROM_MS) / 175, 4))
  const measured = Array.from({ length: load.orders }, (_, nth) => {
    const atMs = FROM_MS + (nth * 1_000) / RATE
    return orderOf(atMs, nth)
  })
  return historyOf([...warmUp, ...measured], { warmUpOrders: warmUp.length })
}

const sound = historyWith(atMs => served(atMs, 4))
const judged = (history: History, { checks, budget }: { checks?: Variant['checks']; budget?: string } = {}) =>
  judgeProbe(variantWith(checks), history, budget === undefined ? undefined : parseThreshold(budget))

test('a rate at which all are served and nothing waits is sustained, with its latencies and the spread of its seconds', () => {
  const { verdict, reasons, requested, notServed, latencies, spread, backlog } = judged(sound)
  assert.deepEqual([verdict, reasons, requested, notServed], ['sustained', [], RATE * SECONDS, 0])
  assert.ok(Math.abs((latencies.known.p50.ms ?? NaN) - 4) < 0.01)
  assert.ok(Math.abs((spread.knownP50?.least ?? NaN) - 4) < 0.01)
  assert.equal(spread.knownP99, null, 'a hundred orders a second have no p99')
  assert.ok(Math.abs(backlog.slope?.perSecond ?? NaN) < 0.01)
})

test('orders that are turned away are counted, and make the rate one that is not sustained, and no defect', () => {
  const { verdict, reasons, notServed, isMarginal } = judged(
    historyWith((atMs, nth) =>
      nth % 10 === 0 ? { atMs, answer: '503 overloaded', answeredMs: atMs + 1 } : served(atMs, 4),
    ),
  )
  assert.deepEqual([verdict, notServed, isMarginal], ['not sustained', 100, false])
  assert.deepEqual(reasons, ['10.0 % of the orders were not served (503 overloaded: 100)'])
  // A few may be those of a moment in which the machine did something else.
  const few = judged(
    historyWith((atMs, nth) =>
      nth % 200 === 0 ? { atMs, answer: '503 overloaded', answeredMs: atMs + 1 } : served(atMs, 4),
    ),
  )
  assert.deepEqual([few.verdict, few.isMarginal], ['not sustained', true])
})

test('a backlog that grows says how fast, with its interval; clearly too fast is not marginal', () => {
  const growing = (msPerSecond: number) =>
    historyWith(atMs => served(atMs, 4 + (msPerSecond * (atMs - FROM_MS)) / 1_000))
  const slow = judged(growing(50))
  assert.deepEqual([slow.verdict, slow.isMarginal], ['not sustained', true])
  assert.match(slow.reasons.join(), /^the backlog grows by 4\.\d \[4\.\d, [45]\.\d\] orders a second$/)
  const fast = judged(growing(500))
  assert.deepEqual([fast.verdict, fast.isMarginal], ['not sustained', false])
  assert.ok(fast.backlog.peak > 300)
})

test('a budget that is not kept is a reason, which is marginal where it was missed by less than twice', () => {
  const kept = judged(sound, { budget: 'known p99 < 5 ms' })
  assert.deepEqual([kept.verdict, kept.budget?.verdict], ['sustained', 'valid'])
  const near = judged(sound, { budget: 'known p99 < 3 ms' })
  assert.deepEqual([near.verdict, near.isMarginal], ['not sustained', true])
  assert.match(near.reasons.join(), /^the budget known p99 < 3 ms is not kept: known p99 is [34][.\d]* ms$/)
  assert.equal(judged(sound, { budget: 'known p99 < 1 ms' }).isMarginal, false)
})

test('a machine that the model keeps busy voids no latency, and is itself a measure', () => {
  const busy: History = { ...sound, machine: { idleShare: 0.02 } }
  const { verdict, latencies, machineIdleShare } = judged(busy, { budget: 'known p99 < 5 ms' })
  assert.deepEqual([verdict, machineIdleShare], ['sustained', 0.02])
  assert.notEqual(latencies.known.p99.ms, null)
  assert.equal(judged(busy, { budget: 'machine idle > 10 %' }).verdict, 'not sustained')
})

test('milliseconds of a late generator make latencies bounds, which keep a budget but do not miss one, and leave the rate as it is', () => {
  const late = (ms: number): History => ({
    ...sound,
    attempts: sound.attempts.map(attempt => ({ ...attempt, startedNs: attempt.startedNs + ms * 1e6 })),
  })
  const { verdict, latencies } = judged(late(3))
  const { ms, atMost } = latencies.known.p99
  assert.deepEqual([verdict, Math.round(ms ?? NaN), atMost], ['sustained', 4, true])
  assert.equal(judged(sound).latencies.known.p99.atMost, false)
  assert.equal(judged(late(3), { budget: 'known p99 < 5 ms' }).verdict, 'sustained')
  const open = judged(late(3), { budget: 'known p99 < 3 ms' })
  assert.deepEqual([open.verdict, open.budget?.verdict, open.isMarginal], ['not sustained', 'unknown', true])
  assert.match(open.reasons.join(), /It is at most [34][.\d]* ms: the generator was late$/)
  assert.equal(judged(late(3), { budget: 'known p99 > 3 ms' }).verdict, 'not sustained')
  assert.match(judged(late(300)).reasons.join(), /^the generator was late \(p99 300 ms\)$/)
})

test('an invalid check is a defect, whatever else there is', () => {
  const broken = defineCheck('duplicated', 'nothing is done twice', () => invalid('order-7 is reserved twice.'))
  const { verdict, reasons, isMarginal } = judged(sound, { checks: [broken] })
  assert.deepEqual([verdict, isMarginal], ['defect', false])
  assert.deepEqual(reasons, ['duplicated is invalid: order-7 is reserved twice.'])
})

test('orders that could not be decided in time are no defect, and what is wrong with the others is', () => {
  const undecided = defineCheck('undecided', 'all are decided', () => invalid('order-7 is not.'))
  const waiting: History = { ...sound, quiescent: false }
  const { verdict, reasons } = judged(waiting, { checks: [undecided] })
  assert.deepEqual([verdict, reasons], ['not sustained', ['not every order was decided in time']])
  assert.equal(judged(sound, { checks: [undecided] }).verdict, 'defect')
  const twice = defineCheck('duplicated', 'nothing is done twice', () => invalid('order-7 is.'))
  assert.equal(judged(waiting, { checks: [undecided, twice] }).verdict, 'defect')
})

test('whatever was found while other programs took much of the machine may be found otherwise', () => {
  const reading = { atNs: 1, services: [], cpu: [] }
  const beside = (othersCores: number): History => ({
    ...historyWith(atMs => ({ atMs, answer: '503 overloaded', answeredMs: atMs + 1 })),
    occupancy: { cores: 2, idleShare: 0, othersCores, before: reading, after: { ...reading, atNs: 2 } },
  })
  assert.deepEqual([judged(beside(0.1)).isMarginal, judged(beside(0.3)).isMarginal], [false, true])
})

test('a client that was not told of its order makes the rate one that is not sustained', () => {
  const poll = { index: 0, orderId: 'order-0', startedNs: 1, answeredNs: 2 }
  const polls = [{ ...poll, status: 200 }, { ...poll, status: 503 }, poll]
  const { verdict, reasons } = judged({ ...sound, polls })
  assert.deepEqual([verdict, reasons], ['not sustained', ['2 of 3 requests for an order had no answer']])
})

test('what a check could not tell is a reason, and may be told another time', () => {
  const unknown = defineCheck('carried-out', 'all were sent', () => ({ verdict: 'unknown', detail: 'Not all.' }))
  const { verdict, reasons, isMarginal } = judged(sound, { checks: [unknown] })
  assert.deepEqual([verdict, reasons, isMarginal], ['not sustained', ['carried-out is unknown: Not all.'], true])
})
