import assert from 'node:assert/strict'
import { test } from 'node:test'
import { deriveOrderId } from '#common/contracts/order-id.ts'
import { startTarget } from '../testing/load-target.ts'
import type { Answer, Attempt } from './attempt.ts'
import { runLoad } from './generator.ts'
import { planOrders } from './orders.ts'
import { seededRandom } from './random.ts'
import { inStead, isWorthRetrying, pauseMs, type Retry } from './retry.ts'

const QUICK: Retry = { firstMs: 5, longestMs: 5, hasJitter: false, patienceMs: 5_000 }
const [order] = planOrders({ seed: 1, runId: `retry-${process.pid}`, count: 1, scarceShare: 0, unknownSkuShare: 0 })
assert.ok(order)
const load = { orders: [order], ordersPerSecond: 100, deadlineMs: 5_000, retry: { ...QUICK, seed: 1 } }
const refusal = (retryAfterMs?: number): Answer => ({
  kind: 'status',
  status: 503,
  text: '',
  ...(retryAfterMs !== undefined && { retryAfterMs }),
})
/** A timer may be so late. */
const LATE_NS = 10e9
const facts = ({ index, attempt, isRetry }: Attempt) => ({ index, attempt, isRetry: isRetry ?? false })

test('a client that is refused sends the same order under the same key until it is accepted', async () => {
  await using target = await startTarget(({ number, answer }) =>
    number < 2 ? answer(503, { code: 'overloaded' }) : answer(201, {}),
  )
  const { attempts, inStead: others, planned, stopped, lateness } = await runLoad({ ...load, target })
  assert.deepEqual(target.keys(), Array(3).fill(order.idempotencyKey))
  assert.deepEqual(attempts.map(facts), [
    { index: 0, attempt: 1, isRetry: false },
    { index: 0, attempt: 2, isRetry: true },
    { index: 0, attempt: 3, isRetry: true },
  ])
  assert.deepEqual([others, planned, stopped, lateness?.maxMs], [[], 1, false, lateness?.p50Ms])
})

test('a client whose order has failed for good places another one under a new key, and is known by both', async () => {
  await using target = await startTarget(({ number, answer }) =>
    number < 2 ? answer(504, { code: 'deadline-passed', isFinal: true }) : answer(201, {}),
  )
  const { attempts, inStead: others } = await runLoad({ ...load, target })
  const keys = [order.idempotencyKey, `${order.idempotencyKey}/2`, `${order.idempotencyKey}/3`]
  assert.deepEqual(target.keys(), keys)
  assert.deepEqual(
    others.map(({ index, insteadOf, orderId, items }) => ({ index, insteadOf, orderId, items })),
    [1, 2].map(index => ({
      index,
      insteadOf: 0,
      orderId: deriveOrderId(order.userId, keys[index] ?? ''),
      items: order.items,
    })),
  )
  assert.deepEqual(
    attempts.map(({ orderId }) => orderId),
    [order, ...others].map(({ orderId }) => orderId),
  )
})

test('a client that does not know whether its order was placed sends it again under the same key', async () => {
  await using target = await startTarget(({ number, answer, reset }) => (number === 0 ? reset() : answer(201, {})))
  await runLoad({ ...load, target })
  assert.deepEqual(target.keys(), Array(2).fill(order.idempotencyKey))
})

test('a client gives up when its patience is over, and one that has its answer does not ask again', async () => {
  await using refusing = await startTarget(({ answer }) => answer(503, { code: 'overloaded' }))
  const retry = { ...load.retry, firstMs: 50, longestMs: 50, patienceMs: 2_000 }
  const { attempts } = await runLoad({ ...load, retry, target: refusing })
  const [first, second] = attempts
  assert.ok(first && second)
  assert.ok(attempts.every(({ startedNs }) => startedNs - first.plannedNs <= 2_000e6 + LATE_NS))
  assert.ok(attempts.every(({ isRetry }, nth) => (isRetry ?? false) === nth > 0))
  await using answering = await startTarget(({ answer }) => answer(409, { code: 'out-of-stock', isFinal: true }))
  assert.equal((await runLoad({ ...load, target: answering })).attempts.length, 1)
})

test('a stop ends the load while a client waits to try again', async () => {
  const stop = new AbortController()
  await using target = await startTarget(({ answer }) => answer(503, { code: 'overloaded' }))
  const retry = { ...load.retry, firstMs: 60_000, longestMs: 60_000, patienceMs: 120_000 }
  const onProgress = ({ answered }: { answered: number }) => answered === 1 && stop.abort()
  const { attempts } = await runLoad({ ...load, retry, target, signal: stop.signal, onProgress })
  assert.deepEqual(attempts.map(facts), [{ index: 0, attempt: 1, isRetry: false }])
})

test('only an answer that says that the service could not do its work, or none, is worth another request', () => {
  const worth = (status: number) => isWorthRetrying({ kind: 'status', status, text: '' })
  assert.deepEqual([201, 202, 400, 409, 422, 500, 502, 503, 504].filter(worth), [502, 503, 504])
  assert.ok(isWorthRetrying({ kind: 'status', status: 409, code: 'order-undecided', text: '' }))
  assert.ok(isWorthRetrying({ kind: 'refused', atNs: 0, detail: '' }))
  assert.ok(!isWorthRetrying({ kind: 'aborted', atNs: 0, detail: '' }))
})

test('pauses double up to the longest, and with jitter each is drawn between none and its length', () => {
  const plain: Retry = { firstMs: 250, longestMs: 4_000, hasJitter: false, patienceMs: 10_000 }
  const answer = refusal(3_000)
  const pauses = (retry: Retry) => [1, 2, 3, 4, 5, 6].map(nth => pauseMs(retry, answer, nth, seededRandom(nth)))
  assert.deepEqual(pauses(plain), [250, 500, 1_000, 2_000, 4_000, 4_000])
  const drawn = pauses({ ...plain, hasJitter: true })
  assert.ok(drawn.every((ms, at) => ms >= 0 && ms < (pauses(plain)[at] ?? 0)))
  assert.equal(new Set(drawn).size, 6)
})

test('who heeds Retry-After waits for no less than that, and for its own pause where that is longer or nothing is asked', () => {
  const retry: Retry = { firstMs: 2_000, longestMs: 4_000, hasJitter: false, heedsRetryAfter: true, patienceMs: 10_000 }
  const pauses = (answer: Answer) => [1, 2].map(nth => pauseMs(retry, answer, nth, seededRandom(nth)))
  assert.deepEqual(pauses(refusal(3_000)), [3_000, 4_000])
  assert.deepEqual(pauses(refusal()), [2_000, 4_000])
  assert.deepEqual(pauses({ kind: 'refused', atNs: 0, detail: '' }), [2_000, 4_000])
})

test('what an answer asks for with Retry-After is part of it, and a client that heeds it comes back no sooner', async () => {
  await using target = await startTarget(({ number, answer }) =>
    number === 0 ? answer(503, { code: 'overloaded' }, { 'retry-after': '1' }) : answer(201, {}),
  )
  const { attempts } = await runLoad({ ...load, retry: { ...load.retry, heedsRetryAfter: true }, target })
  const [first, second] = attempts
  assert.equal(first?.answer.kind === 'status' && first.answer.retryAfterMs, 1_000)
  assert.ok((second?.startedNs ?? 0) - (first?.answeredNs ?? 0) >= 999e6)
})

test('an order that stands in for one that stood in for another is of the same client', () => {
  const third = inStead(inStead(order, 7), 8)
  assert.deepEqual([third.index, third.insteadOf, third.idempotencyKey], [8, 0, `${order.idempotencyKey}/3`])
})
