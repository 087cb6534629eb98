import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isQuiescent, readEvidence, awaitQuiescence } from './evidence.ts'
import type { Progress } from '../experiment/steps.ts'
import type { Evidence } from './history.ts'
import { historyOf, served } from '../testing/sample-timelines.ts'
import { inspector, model, startService } from '../testing/sample-runtime.ts'

const notification = (seq: number) => ({ seq, orderId: `order-${seq}`, userId: 'ada', sentNs: seq, keptNs: null })

test('evidence is read page by page to the end, each row once', async () => {
  const rows = Array.from({ length: 2_500 }, (_, index) => notification(3 * index + 1))
  await using service = await startService((path, after, limit) => {
    if (path === '/orders') return { rows: [], next: null, onTheirWay: 2 }
    if (path !== '/notifications') return { rows: [], next: null }
    const page = rows.filter(({ seq }) => seq > after).slice(0, limit)
    return { rows: page, next: page.length < limit ? null : page.at(-1)?.seq }
  })
  const evidence = await readEvidence(model, service.runtime, inspector)
  assert.deepEqual(evidence.notifications, rows)
  assert.equal(evidence.onTheirWay, 2)
  assert.equal(service.requests.filter(url => url.startsWith('/notifications')).length, 3)
})

test('a service that answers otherwise than agreed is an error that names its address', async () => {
  await using service = await startService(() => ({ rows: [{ seq: 'one' }], next: null }))
  await assert.rejects(readEvidence(model, service.runtime, inspector), /http:\/\/127\.0\.0\.1:\d+\/orders/)
})

const whole = (): Evidence => historyOf([served(0, 10), served(5, 10)]).evidence

test('quiet is when every order is decided, every reserved one notified, and nothing held for a failed one', () => {
  assert.equal(isQuiescent(whole()), true)
  const failed = { atMs: 0, answer: '409 out-of-stock', placedMs: 1, decidedMs: 2, outcome: 'out-of-stock' } as const
  assert.equal(isQuiescent(historyOf([failed]).evidence), true)
  assert.equal(isQuiescent(historyOf([]).evidence), true)
})

test('orders on their way are counted before the rows are read, so that one that arrives in between is in a row', async () => {
  let reads = 0
  await using service = await startService(path => {
    const rows = path === '/orders' && reads++ > 0 ? whole().orders : []
    return { rows, next: null, onTheirWay: rows.length === 0 ? 1 : 0 }
  })
  assert.equal(isQuiescent(await readEvidence(model, service.runtime, inspector)), false)
})

const LOUD: Record<string, (evidence: Evidence) => void> = {
  'an order that may still come is reported as on its way': evidence => void (evidence.onTheirWay = 1),
  'an order is pending': ({ orders }) => Object.assign(orders[0] ?? {}, { status: 'pending' }),
  'a reserved order is not notified': ({ notifications }) => void notifications.pop(),
  'stock is held for a failed order': ({ orders }) => Object.assign(orders[0] ?? {}, { status: 'failed' }),
  'inventory may still hear of an order that was abandoned': ({ orders, decisions }) => {
    Object.assign(orders[0] ?? {}, { status: 'failed', reason: 'deadline-passed' })
    decisions.shift()
  },
  'a decided order that the orders table does not have is not notified': ({ orders, notifications }) => {
    orders.pop()
    notifications.pop()
  },
}

for (const [what, spoil] of Object.entries(LOUD)) {
  test(`it is not quiet while ${what}`, () => {
    const evidence = whole()
    spoil(evidence)
    assert.equal(isQuiescent(evidence), false)
  })
}

test('an order that failed after it was reserved is quiet once its stock was given back', () => {
  const evidence = whole()
  Object.assign(evidence.orders[0] ?? {}, { status: 'failed' })
  Object.assign(evidence.decisions[0] ?? {}, { released: true })
  assert.equal(isQuiescent(evidence), true)
})

test('an order that inventory was never requested to reserve is quiescent without a decision', () => {
  const { evidence } = historyOf([served(0, 10)])
  Object.assign(evidence.orders[0] ?? {}, { status: 'failed', reason: 'inventory-unavailable' })
  evidence.decisions.length = 0
  assert.equal(isQuiescent(evidence), true)
})

const failed = (seq: number) => ({
  seq,
  orderId: `order-${seq}`,
  userId: 'ada',
  kitchenId: 'main',
  status: 'failed',
  reason: 'inventory-unavailable',
  notification: null,
  correlationId: 'c',
  placedNs: 1,
  placedKeptNs: null,
  decidedNs: 2,
  decidedKeptNs: null,
})

const PROGRESS: Progress = {
  elapsedMs: 0,
  loadDone: true,
  started: 0,
  decided: 0,
  notified: 0,
  deadLetters: 0,
  depths: {},
  running: () => true,
  deaths: () => 0,
}
const probe = () => Promise.reject(new Error('nothing is awaited here'))

/** Waits for an orders table that shows so many orders at each read; NaN is a service that does not answer as agreed. */
async function quiescenceOf(shown: (nthRead: number) => number, quiescenceMs: number) {
  let reads = 0
  await using service = await startService(path => {
    if (path !== '/orders') return { rows: [], next: null }
    // Orders are requested twice per read: how many are on their way, then the rows.
    reads += 0.5
    const count = shown(Math.ceil(reads))
    if (Number.isNaN(count)) return 'not now'
    const rows = Array.from({ length: count }, (_, index) => failed(index + 1))
    return { rows, next: null, onTheirWay: 0 }
  })
  const { signal } = new AbortController()
  return await awaitQuiescence({
    model,
    variant: { quiescenceMs: quiescenceMs },
    runtime: service.runtime,
    inspector,
    probe,
    signal,
  })
}

test('an order that comes after a first quiet probe is in the evidence', async () => {
  const { evidence, quiescent } = await quiescenceOf(nthRead => (nthRead === 1 ? 0 : 1), 30_000)
  assert.deepEqual([quiescent, evidence.orders.length], [true, 1])
})

test('a service that does not answer yet is read again, and at the deadline that is an error', async () => {
  const { evidence, quiescent } = await quiescenceOf(nthRead => (nthRead === 1 ? NaN : 1), 30_000)
  assert.deepEqual([quiescent, evidence.orders.length], [true, 1])
  await assert.rejects(
    quiescenceOf(() => NaN, 300),
    /orders/,
  )
})

test('evidence is not read before what is awaited has come', async () => {
  await using service = await startService(() => ({ rows: [], next: null, onTheirWay: 0 }))
  const requested: number[] = []
  const { quiescent } = await awaitQuiescence({
    model,
    variant: { quiescenceMs: 30_000, completeWhen: () => requested.push(service.requests.length) >= 3 },
    runtime: service.runtime,
    inspector,
    probe: async () => PROGRESS,
    signal: new AbortController().signal,
  })
  assert.deepEqual([quiescent, requested.slice(0, 3)], [true, [0, 0, 0]])
})

test('what is first found quiet at the deadline is quiet, when the next probe finds the same', async () => {
  const { quiescent } = await quiescenceOf(() => 1, -1)
  assert.equal(quiescent, true)
})

test('as long as every probe finds more, nothing is quiet', async () => {
  const { quiescent } = await quiescenceOf(nthRead => nthRead, 500)
  assert.equal(quiescent, false)
})
