import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Attempt } from '#engine/load/attempt.ts'
import { planOrders } from '#engine/load/orders.ts'
import { emptyHistory } from '#engine/run/history.ts'
import { trackOrders } from './orders.ts'
import { ANSWERS } from './page/protocol.ts'

const planned = planOrders({ count: 4, seed: 1, runId: 'live', scarceShare: 0, unknownSkuShare: 0, tooManyShare: 0 })
const ORIGIN = 10e9
const at = (ms: number): number => ORIGIN + ms * 1e6
const idOf = (index: number): string => planned[index]?.orderId ?? ''

const started = (index: number, ms: number) => ({ index, plannedNs: at(ms), startedNs: at(ms + 1) })
const answered = (index: number, ms: number, status: number, tookMs = 9): Attempt => ({
  ...started(index, ms),
  orderId: idOf(index),
  attempt: 1,
  answeredNs: at(ms + tookMs),
  answer: { kind: 'status', status, text: '' },
})
const row = (index: number, status: 'pending' | 'reserved' | 'failed', ms: number) => ({
  seq: index + 1,
  orderId: idOf(index),
  userId: '',
  kitchenId: '',
  status,
  reason: null,
  notification: null,
  correlationId: '',
  placedNs: at(ms),
  placedKeptNs: null,
  decidedNs: status === 'pending' ? null : at(ms + 20),
  decidedKeptNs: null,
})

function three(oneIn = 1) {
  const orders = trackOrders(ORIGIN)
  orders.addNews(
    {
      planned: planned.slice(0, 3),
      started: [0, 1, 2].map(index => started(index, 100 * index)),
      ended: [answered(0, 0, 201), answered(1, 100, 202), answered(2, 200, 503)],
    },
    oneIn,
  )
  return orders
}

test('an order is a dot with each moment that is known of it, and is told again only when it has changed', () => {
  const orders = three()
  const dots = orders.takeChanged()
  assert.deepEqual(dots, [
    [0, 1, ANSWERS.indexOf('accepted'), 9, null, null, null, null],
    [1, 101, ANSWERS.indexOf('accepted'), 109, null, null, null, null],
    [2, 201, ANSWERS.indexOf('error'), 209, null, null, null, null],
  ])
  assert.deepEqual(orders.takeChanged(), [])
  const { evidence } = emptyHistory({})
  evidence.orders = [row(0, 'reserved', 5), row(1, 'pending', 105)]
  orders.addEvidence(evidence)
  assert.deepEqual(orders.takeChanged(), [
    [0, 1, 1, 9, 5, 1, 25, null],
    [1, 101, 1, 109, 105, null, null, null],
  ])
  evidence.orders[1] = row(1, 'failed', 105)
  orders.addEvidence(evidence)
  assert.deepEqual(orders.takeChanged(), [[1, 101, 1, 109, 105, 0, 125, null]])
  assert.deepEqual(orders.totals(), { sent: 3, accepted: 2, reserved: 1, failed: 1, undecided: 0 })
})

test('an accepted order is undecided until its answer or a row says what became of it', () => {
  const orders = three()
  assert.equal(orders.totals().undecided, 1)
  const { evidence } = emptyHistory({})
  evidence.decisions = [
    { seq: 1, orderId: idOf(1), outcome: { status: 'reserved' }, released: false, decidedNs: at(150), keptNs: null },
  ]
  orders.addEvidence(evidence)
  assert.equal(orders.totals().undecided, 0)
})

test('one order in so many is drawn, by the rate at which it was sent, and told of to its end', () => {
  const orders = three(2)
  assert.deepEqual(
    orders.takeChanged().map(([index]) => index),
    [0, 2],
  )
  orders.addNews({ planned: planned.slice(3), started: [started(3, 300)], ended: [] }, 1_000)
  const { evidence } = emptyHistory({})
  evidence.orders = [row(0, 'reserved', 5), row(1, 'reserved', 105)]
  orders.addEvidence(evidence)
  assert.deepEqual(
    orders.takeChanged().map(([index]) => index),
    [0],
  )
})

test('an order that inventory reserved and the orders table failed is counted as failed', () => {
  const orders = three()
  const { evidence } = emptyHistory({})
  evidence.decisions = [
    { seq: 1, orderId: idOf(2), outcome: { status: 'reserved' }, released: false, decidedNs: at(210), keptNs: null },
  ]
  orders.addEvidence(evidence)
  assert.equal(orders.totals().reserved, 1)
  evidence.orders = [row(2, 'failed', 205)]
  orders.addEvidence(evidence)
  assert.deepEqual([orders.totals().reserved, orders.totals().failed], [0, 1])
})

test('a second is told once, when its rows have had time to come; what comes later counts in the next one', () => {
  const orders = three()
  const now = { deadLetters: 0, cores: null }
  assert.deepEqual(orders.takeSeconds(at(2_000), now), [])
  const [first, ...others] = orders.takeSeconds(at(2_600), now)
  assert.deepEqual(others, [])
  assert.deepEqual(first?.answers, { waiting: 0, accepted: 2, refused: 0, error: 1, none: 0 })
  assert.deepEqual([first?.acceptedP50, first?.knownP50, first?.open], [9, null, 1])
  const { evidence } = emptyHistory({})
  evidence.orders = [row(0, 'reserved', 5), row(1, 'reserved', 105)]
  orders.addEvidence(evidence)
  const [second] = orders.takeSeconds(at(3_600), now)
  assert.deepEqual([second?.second, second?.knownP50, second?.knownWorst], [1, 25, 25])
})
