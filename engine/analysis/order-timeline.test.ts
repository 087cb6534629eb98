import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  completedNs,
  isCompleted,
  isRightAnswer,
  knownNs,
  type OrderTimeline,
  orderTimelines,
} from './order-timeline.ts'
import { historyOf, type SampleTimeline, ns, served } from '../testing/sample-timelines.ts'

const timelineOf = (sample: SampleTimeline): OrderTimeline => orderTimelines(historyOf([sample]))[0] ?? assert.fail()

test('a reserved order is complete when it was both decided and notified, whichever came last', () => {
  const reserved = served(0, 100)
  assert.equal(completedNs(timelineOf(reserved)), ns(99))
  assert.equal(completedNs(timelineOf({ ...reserved, notifiedMs: 20 })), ns(50))
  assert.equal(completedNs(timelineOf({ ...reserved, notifiedMs: undefined })), undefined)
  assert.ok(isCompleted(timelineOf(reserved)))
})

test('what a service did counts from when it was on the disk, where that is known', () => {
  const stamped = { ...served(0, 100), answer: '202', answeredMs: 2 } as const
  const [timeline, kept] = [timelineOf(stamped), timelineOf({ ...stamped, commitMs: 3 })]
  const moments = ({ placedNs, decidedNs, storedNs, notifiedNs }: OrderTimeline) => [
    placedNs,
    decidedNs,
    storedNs,
    notifiedNs,
  ]
  assert.deepEqual(moments(timeline), [1, 50, 50, 99].map(ns))
  assert.deepEqual(moments(kept), [4, 53, 53, 102].map(ns))
  assert.deepEqual([knownNs(kept), completedNs(kept)], [ns(53), ns(102)])
})

test('a failed order is complete with its decision, if the plan expects the failure', () => {
  const failed: SampleTimeline = { atMs: 0, answer: '409 out-of-stock', answeredMs: 9, placedMs: 1, decidedMs: 5 }
  const soldOut = timelineOf({ ...failed, outcome: 'out-of-stock', expected: 'scarce' })
  assert.deepEqual([soldOut.outcome, soldOut.reason, completedNs(soldOut)], ['failed', 'out-of-stock', ns(5)])
  assert.ok(isCompleted(soldOut))
  assert.ok(!isCompleted(timelineOf({ ...failed, outcome: 'out-of-stock', expected: 'reserved' })))
})

test('an order that was released has failed, whatever inventory said before, and is no completion', () => {
  const timeline = timelineOf({
    ...served(0, 100),
    answer: '504 deadline-passed',
    releasedMs: 400,
    notifiedMs: undefined,
    orderRow: { status: 'failed', reason: 'deadline-passed' },
  })
  assert.deepEqual([timeline.outcome, timeline.reason, completedNs(timeline)], ['failed', 'deadline-passed', ns(400)])
  assert.ok(!isCompleted(timeline))
  const tombstone = timelineOf({ atMs: 0, answer: 'deadline', decidedMs: 7, outcome: 'released', releasedMs: 7 })
  assert.deepEqual([tombstone.outcome, tombstone.reason, completedNs(tombstone)], ['failed', 'released', ns(7)])
})

test('an order that inventory was not requested to reserve has the time and the reason of the orders table', () => {
  const orderRow = { status: 'failed', reason: 'inventory-unavailable', decidedMs: 3 } as const
  const timeline = timelineOf({ atMs: 0, answer: '503 inventory-unavailable', answeredMs: 4, placedMs: 1, orderRow })
  assert.deepEqual([timeline.outcome, timeline.reason, timeline.decidedNs], ['failed', 'inventory-unavailable', ns(3)])
  const pending = timelineOf({ atMs: 0, answer: '202', answeredMs: 4, placedMs: 1 })
  assert.deepEqual([pending.outcome, pending.decidedNs, completedNs(pending)], [undefined, undefined, undefined])
})

test('an outcome is known with the answer that says it, else when the orders table has it and the client has its answer', () => {
  const known = (timeline: Partial<SampleTimeline>) =>
    knownNs(timelineOf({ atMs: 0, answer: '202', placedMs: 1, decidedMs: 5, outcome: 'reserved', ...timeline }))
  assert.equal(known({ answer: '201', answeredMs: 9 }), ns(9))
  assert.equal(known({ answer: '409 out-of-stock', answeredMs: 9, outcome: 'out-of-stock' }), ns(9))
  assert.equal(known({ answeredMs: 2 }), ns(5), 'decided after the answer')
  assert.equal(known({ answeredMs: 8 }), ns(8), 'decided before the answer')
  assert.equal(
    known({ answeredMs: 2, orderRow: { status: 'failed', decidedMs: 7 } }),
    ns(7),
    'the table learns it later',
  )
  assert.equal(known({ answeredMs: 2, orderRow: { status: 'pending' } }), undefined)
  assert.equal(known({ answer: 'deadline' }), ns(5))
})

test('the right answer is a 2xx, or the 409 that the plan expects', () => {
  const right = (answer: SampleTimeline['answer'], expected: SampleTimeline['expected']) =>
    isRightAnswer(timelineOf({ atMs: 0, answer, answeredMs: 5, expected }))
  for (const answer of ['200', '201', '202'] as const) assert.ok(right(answer, 'reserved'), answer)
  for (const answer of ['409 out-of-stock', '409 unknown-sku'] as const) {
    assert.ok(right(answer, 'failed'), answer)
    assert.ok(right(answer, 'scarce'), answer)
    assert.ok(!right(answer, 'reserved'), answer)
  }
  const wrong = [
    '409 order-undecided',
    '409 released',
    '400 malformed',
    '500',
    '502',
    '503',
    '504',
    'deadline',
  ] as const
  for (const answer of wrong)
    for (const expected of ['reserved', 'failed'] as const) assert.ok(!right(answer, expected))
})

test('orders of the warm-up are left out, unless all are requested', () => {
  const history = historyOf([served(0, 10), served(10, 10), served(20, 10)], { warmUpOrders: 2 })
  assert.deepEqual(
    orderTimelines(history).map(({ planned }) => planned.index),
    [2],
  )
  assert.equal(orderTimelines(history, { all: true }).length, 3)
})

test('an order that was sent again has its first attempt', () => {
  const history = historyOf([served(0, 10)])
  const [first = assert.fail()] = history.attempts
  history.attempts.push({ ...first, attempt: 2, plannedNs: ns(500) })
  assert.equal(orderTimelines(history)[0]?.attempt?.attempt, 1)
})
