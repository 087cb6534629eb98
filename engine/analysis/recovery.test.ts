import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ExecutedStep, History } from '../run/history.ts'
import { historyOf, type SampleTimeline, ns, served } from '../testing/sample-timelines.ts'
import { openOrders, openSeries, recoveryMeasures, REREAD, rereadMeasures } from './recovery.ts'

const SPAN = { fromMs: 1_000, toMs: 3_000 }

/** Accepted at once, decided and notified later. */
const waiting = (atMs: number, doneMs: number): SampleTimeline => ({
  atMs,
  answer: '202',
  answeredMs: atMs + 5,
  placedMs: atMs + 2,
  decidedMs: doneMs - 10,
  outcome: 'reserved',
  notifiedMs: doneMs,
})

const of = (history: History) =>
  Object.fromEntries(recoveryMeasures(history, SPAN).map(({ name, value, note }) => [name, note ?? value]))
const measured = (timelines: readonly SampleTimeline[]) => of(historyOf(timelines))

test('after the end of a fault, the last order requested before it says when the model had recovered', () => {
  const held = Array.from({ length: 100 }, (_, index) => waiting(1_000 + index * 10, 3_100 + index * 10))
  const found = measured([served(500, 20), ...held, waiting(4_500, 9_000)])
  assert.equal(found['time to last decision'], 1_080)
  assert.equal(found['time to full recovery'], 1_090)
  assert.equal(found['peak open orders'], 100)
  assert.equal(found['longest wait'], 4_500)
  assert.equal(found['during: availability'], 100)
  // A hundred of them, 10 ms apart; the last five are no backlog any more.
  assert.ok(Math.abs(Number(found['drain rate']) - 100) < 3, String(found['drain rate']))
})

test('a model that had caught up before the heal has no drain rate, nor has one that never did', () => {
  const held = (doneMs: number) => Array.from({ length: 100 }, (_, index) => waiting(1_000 + index * 5, doneMs + index))
  assert.equal(measured(held(2_000))['drain rate'], 'fewer than 50 orders waited at the end of the fault')
  const forgotten = (atMs: number): SampleTimeline => ({
    atMs,
    answer: '202',
    answeredMs: atMs + 5,
    placedMs: atMs + 2,
  })
  const never = Array.from({ length: 60 }, (_, index) => forgotten(1_000 + index * 10))
  assert.equal(measured([...never, served(3_500, 20)])['drain rate'], 'it did not catch up')
})

test('an order that is refused, or answered too late, during the fault has no availability', () => {
  const refused: SampleTimeline = { atMs: 1_500, answer: '503 inventory-unavailable', answeredMs: 1_501 }
  const late = { ...served(2_000, 1_500) }
  const found = measured([served(500, 20), refused, late, served(2_500, 20), { atMs: 2_600, answer: 'deadline' }])
  assert.equal(found['during: availability'], 25)
})

test('of an alarm, whose command takes a while, only what is requested after it was raised is requested meanwhile', () => {
  const refused = (atMs: number): SampleTimeline => ({ atMs, answer: '503 unavailable', answeredMs: atMs + 1 })
  const step = (action: string, fromMs: number, doneMs: number): ExecutedStep => ({
    atNs: ns(fromMs),
    doneNs: ns(doneMs),
    action,
    target: 'rabbitmq',
  })
  const requests = [served(1_200, 20), refused(2_500), served(3_500, 20)]
  const executedSteps = [step('alarm', 1_000, 2_000), step('resume', 3_000, 3_200)]
  assert.equal(of({ ...historyOf(requests), executedSteps })['during: availability'], 0)
  const killed = [step('kill', 1_000, 2_000), step('start', 3_000, 3_200)]
  assert.equal(of({ ...historyOf(requests), executedSteps: killed })['during: availability'], 50)
})

test('an order that was refused and is in no orders table is rejected', () => {
  const refused: SampleTimeline = { atMs: 1_500, answer: '503 broker-unavailable', answeredMs: 1_501 }
  const found = measured([served(500, 20), refused, { atMs: 2_600, answer: 'deadline' }])
  assert.deepEqual([found['rejected'], found['abandoned']], [2, 0])
})

test('while a fault lasts only a right answer has a latency: a quick refusal is none', () => {
  const refused = (atMs: number): SampleTimeline => ({
    atMs,
    answer: '503 inventory-unavailable',
    answeredMs: atMs + 1,
  })
  const timelines = Array.from({ length: 40 }, (_, index) => [
    served(1_000 + index * 10, 300),
    refused(1_005 + index * 10),
  ])
  assert.equal(measured(timelines.flat())['during: right answer p50'], 300)
  const none = measured(Array.from({ length: 40 }, (_, index) => refused(1_000 + index)))
  assert.equal(none['during: right answer p50'], 'no order was answered correctly during the fault')
})

test('orders that all end at almost one moment have no drain rate', () => {
  const held = Array.from({ length: 60 }, (_, index) => waiting(1_000 + index, 3_100))
  assert.equal(measured(held)['drain rate'], 'caught up in less than 100 ms')
})

test('where an order waits for ever no time is claimed', () => {
  const forgotten: SampleTimeline = { atMs: 1_500, answer: '202', answeredMs: 1_505, placedMs: 1_502 }
  const found = measured([served(500, 20), forgotten])
  assert.equal(found['time to last decision'], '1 orders requested during the fault never were')
  assert.equal(found['longest wait'], '1 never finished')
  assert.equal(found['drain rate'], 'fewer than 50 orders waited at the end of the fault')
})

test('an order is open from its start until it is decided and notified', () => {
  const history = historyOf([waiting(0, 500), waiting(100, 300)])
  assert.deepEqual(
    openOrders(history).map(([seconds, open]) => [Math.round(seconds * 1_000), open]),
    [
      [0, 1],
      [100, 2],
      [300, 1],
      [500, 0],
    ],
  )
})

test('an order that the fault made fail is abandoned: it completes nothing, and waits no longer', () => {
  const refused = (atMs: number): SampleTimeline => ({
    atMs,
    answer: '503 inventory-unavailable',
    answeredMs: atMs + 1,
    placedMs: atMs,
    orderRow: { status: 'failed', reason: 'inventory-unavailable', decidedMs: atMs + 1 },
  })
  const found = measured([served(500, 20), refused(1_500), refused(2_000)])
  assert.equal(found['abandoned'], 2)
  assert.equal(found['rejected'], 0)
  assert.equal(found['time to last decision'], 'every order stored during the fault was abandoned')
  assert.equal(found['time to full recovery'], 'no order was requested after the end of the fault')
  assert.equal(found['longest wait'], 19)
  assert.equal(measured([refused(1_500)])['longest wait'], 1)
  const timedOut = {
    ...refused(1_500),
    answeredMs: 2_500,
    orderRow: { status: 'failed', reason: 'deadline-passed', decidedMs: 2_500 },
  } as const
  assert.equal(measured([served(500, 20), timedOut])['longest wait'], 1_000)
  assert.equal(measured([{ atMs: 1_500, answer: 'deadline' }])['longest wait'], 'no order was stored')
})

test('an abandoned order waits until its stock is back, whether inventory died before or after it had taken it', () => {
  const cut: SampleTimeline = {
    atMs: 1_500,
    answer: '502 inventory-broke',
    answeredMs: 1_516,
    placedMs: 1_501,
    orderRow: { status: 'failed', reason: 'inventory-broke', decidedMs: 1_515 },
  }
  const before = measured([{ ...cut, outcome: 'released', decidedMs: 3_200, releasedMs: 3_200 }])
  const after = measured([{ ...cut, outcome: 'reserved', decidedMs: 1_503, releasedMs: 3_200 }])
  for (const found of [before, after]) assert.deepEqual([found['abandoned'], found['longest wait']], [1, 1_700])
})

test('orders of the warm-up are open as others are, and are in no other measure of a recovery', () => {
  const refused: SampleTimeline = { atMs: 20, answer: '503 broker-unavailable', answeredMs: 21 }
  const found = of(historyOf([waiting(0, 900), waiting(10, 900), refused, served(1_500, 20)], { warmUpOrders: 3 }))
  assert.deepEqual([found['peak open orders'], found['longest wait'], found['rejected']], [2, 19, 0])
})

test('half of the orders are completed within the time of all that were requested, not of those that survived', () => {
  const refused = (atMs: number): SampleTimeline => ({
    atMs,
    answer: '503 inventory-unavailable',
    answeredMs: atMs + 1,
  })
  const half = [served(500, 20), served(510, 30), refused(1_500), refused(1_600)]
  assert.equal(measured(half)['median completion of all requested'], 29)
  assert.equal(
    measured([...half, refused(1_700)])['median completion of all requested'],
    'fewer than half were completed',
  )
})

test('a late load is no waiting order, and voids how long one waited', () => {
  const history = historyOf([waiting(1_000, 1_060), waiting(1_100, 1_160)])
  for (const attempt of history.attempts) attempt.startedNs = attempt.plannedNs + 40e6
  const found = of(history)
  assert.deepEqual(
    [found['longest wait'], found['median completion of all requested']],
    ['generator-bound', 'generator-bound'],
  )
  assert.equal(Math.round((openOrders(history)[0]?.[0] ?? 0) * 1_000), 1_040)
})

test('a late start voids the longest wait where it made it, and a median that it did not make stands', () => {
  const history = historyOf([served(1_000, 20), served(1_100, 20), waiting(1_200, 1_300)])
  const last = history.attempts.at(-1) ?? assert.fail()
  last.startedNs = last.plannedNs + 40e6
  const found = of(history)
  assert.deepEqual([found['longest wait'], found['median completion of all requested']], ['generator-bound', 19])
})

test('where the clocks differ nothing is measured between them', () => {
  const history = { ...historyOf([waiting(1_000, 1_060), served(1_500, 20)]), clocksAgree: false }
  const found = of(history)
  const between = ['time to last decision', 'time to full recovery', 'peak open orders', 'longest wait', 'drain rate']
  for (const name of [...between, 'median completion of all requested'])
    assert.equal(found[name], 'the clocks differ', name)
  assert.deepEqual([found['rejected'], found['during: availability']], [0, 100])
  assert.deepEqual(openSeries(history), [])
})

/** Killed after a second, started again after three, healthy after five. */
function restarted(timelines: readonly SampleTimeline[]): History {
  const history = historyOf(timelines)
  const act = (action: string, atMs: number, doneMs: number) =>
    history.executedSteps.push({ atNs: ns(atMs), doneNs: ns(doneMs), action: action, target: 'kafka' })
  act('kill', 1_000, 1_010)
  act('start', 3_000, 5_000)
  return history
}

test('a fault lasts until the killed process is healthy, and the recovery counts from the command to start it', () => {
  const found = of(restarted([waiting(1_500, 6_100), waiting(4_500, 6_300), waiting(5_500, 6_900)]))
  assert.equal(found['restart time'], 2_000)
  assert.equal(found['during: requested'], 2)
  assert.equal(found['time to last decision'], 3_290)
  assert.equal(found['time to full recovery'], 3_300)
})

const refusedAt = (atMs: number): SampleTimeline => ({
  atMs,
  answer: '503 inventory-unavailable',
  answeredMs: atMs + 1,
})

test('answers after a fault count from the command that ends it: the first right one, and the last request that had none', () => {
  const found = of(
    restarted([refusedAt(2_000), refusedAt(3_500), served(4_000, 20), refusedAt(6_000), served(6_100, 20)]),
  )
  assert.equal(found['first right answer after'], 1_020)
  assert.equal(found['last wrong answer after'], 3_000)
  assert.equal(found['time to full recovery'], 3_000, 'a model is not well while it refuses')
})

test('of the orders requested during a fault it counts whose outcome could be known in 1 s, in 5 s and in the end', () => {
  const stored = (atMs: number, doneMs: number): SampleTimeline => ({
    ...waiting(atMs, doneMs),
    notifiedMs: doneMs - 5,
  })
  const held = [stored(1_500, 2_000), stored(2_000, 6_000), stored(2_100, 9_000), refusedAt(2_200)]
  const found = of(restarted([...held, served(5_500, 20)]))
  const shares = ['1 s', '5 s', 'the end'].map(when => found[`during: known in ${when}`])
  assert.deepEqual(shares, [25, 50, 75])
  assert.equal(found['during: availability'], 75, 'an accepted order is a right answer')
})

test('a right answer that comes late is a wrong one, and where none is wrong it is so for 0 ms', () => {
  const late = of(restarted([served(3_100, 1_500), served(5_200, 20)]))
  assert.deepEqual([late['first right answer after'], late['last wrong answer after']], [2_220, 100])
  const none = of(restarted([served(3_100, 20)]))
  assert.deepEqual([none['first right answer after'], none['last wrong answer after']], [120, 0])
})

test('where the last request of all was answered wrong, a model has recovered later than that or never', () => {
  const found = recoveryMeasures(restarted([served(3_100, 20), refusedAt(6_000)]), SPAN)
  for (const name of ['last wrong answer after', 'time to full recovery'])
    assert.deepEqual(
      found.find(each => each.name === name),
      { name, unit: 'ms', value: 3_000, atLeast: true },
    )
  const never = of(restarted([refusedAt(6_000)]))
  assert.equal(never['first right answer after'], 'no order was answered right after the end of the fault')
})

test('an order that failed because of the fault is part of the recovery until its stock is back', () => {
  const cut: SampleTimeline = {
    atMs: 1_500,
    answer: '502 inventory-broke',
    answeredMs: 1_516,
    placedMs: 1_501,
    orderRow: { status: 'failed', reason: 'inventory-broke', decidedMs: 1_515 },
  }
  const found = of(restarted([{ ...cut, outcome: 'reserved', decidedMs: 1_503, releasedMs: 5_200 }, served(5_500, 20)]))
  assert.equal(found['time to full recovery'], 2_200)
})

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
