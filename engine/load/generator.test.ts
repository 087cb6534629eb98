import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isUnknown } from './attempt.ts'
import { runLoad } from './generator.ts'
import { type PlannedOrder, planOrders } from './orders.ts'
import { steadyPlan, withRepeats } from './plan.ts'
import { closedPort, startTarget } from '../testing/load-target.ts'

let run = 0
const ordersOf = (count: number): PlannedOrder[] =>
  planOrders({ seed: 1, runId: `test-${process.pid}-${run++}`, count })

test('every planned order is sent once, with its key, its body and its correlation', async () => {
  await using target = await startTarget(({ answer, headers }) => answer(201, { orderId: headers['x-correlation-id'] }))
  const orders = ordersOf(50)
  const result = await runLoad({ orders, ordersPerSecond: 500, target, deadlineMs: 5000 })
  // Requests travel on several connections, so they may arrive in another sequence than they left.
  assert.deepEqual(new Set(target.keys()), new Set(orders.map(order => order.idempotencyKey)))
  assert.equal(target.seen.length, 50)
  assert.deepEqual(target.bodyOf(orders[7]?.idempotencyKey), {
    userId: orders[7]?.userId,
    kitchenId: orders[7]?.kitchenId,
    items: orders[7]?.items,
  })
  assert.equal(result.stopped, false)
  assert.deepEqual(
    result.attempts.map(({ orderId }) => orderId),
    orders.map(({ orderId }) => orderId),
  )
  for (const { answer, orderId, plannedNs, startedNs, answeredNs = 0 } of result.attempts) {
    assert.ok(answer.kind === 'status' && answer.status === 201 && answer.orderId === orderId)
    assert.ok(plannedNs <= startedNs && startedNs < answeredNs)
  }
})

test('the load keeps to its plan when the target never answers, and every attempt is unknown', async () => {
  await using target = await startTarget(() => undefined)
  const orders = ordersOf(100)
  const result = await runLoad({ orders, ordersPerSecond: 1000, target, deadlineMs: 1000 })
  assert.equal(target.seen.length, 100)
  assert.ok(result.attempts.every(({ answer }) => answer.kind === 'deadline' && isUnknown(answer)))
  assert.ok(result.connections.peakInFlight > 50, 'attempts start while others wait')
  assert.equal(result.connections.saturated, false)
})

test('a generator sleeps until a start is due, and does not spin', async () => {
  await using target = await startTarget(({ answer }) => answer(201, {}))
  const { cpuShare } = await runLoad({ orders: ordersOf(1000), ordersPerSecond: 400, target, deadlineMs: 5000 })
  assert.ok(cpuShare < 0.8, `${cpuShare} of one core`)
})

test('an attempt ends at its deadline and not before', async () => {
  await using target = await startTarget(() => undefined)
  const { attempts } = await runLoad({ orders: ordersOf(3), ordersPerSecond: 100, target, deadlineMs: 100 })
  for (const { answer, startedNs } of attempts) {
    assert.ok(answer.kind === 'deadline' && answer.atNs - startedNs >= 100e6)
  }
})

test('more attempts in flight than sockets are called saturated', async () => {
  await using target = await startTarget(() => undefined)
  const load = { orders: ordersOf(20), ordersPerSecond: 1000, target, deadlineMs: 500, maxSockets: 4 }
  const { connections } = await runLoad(load)
  assert.deepEqual([connections.saturated, connections.limit], [true, 4])
  assert.ok(connections.peakInFlight > 4)
})

test('a refused connection proves that nothing happened', async () => {
  const target = { url: `http://127.0.0.1:${await closedPort()}`, path: '/order' }
  const { attempts } = await runLoad({ orders: ordersOf(5), ordersPerSecond: 100, target, deadlineMs: 5000 })
  assert.equal(attempts.length, 5)
  for (const { answer } of attempts) assert.deepEqual([answer.kind, isUnknown(answer)], ['refused', false])
})

test('a connection that breaks after the request, or within the answer, leaves it unknown', async () => {
  await using target = await startTarget(({ number, reset, half, garbage }) => [reset, half, garbage][number % 3]?.())
  const { attempts } = await runLoad({ orders: ordersOf(6), ordersPerSecond: 200, target, deadlineMs: 5000 })
  assert.equal(target.seen.length, 6, 'nothing is sent again on its own')
  for (const { answer, answeredNs } of attempts) {
    assert.deepEqual([answer.kind, isUnknown(answer), answeredNs], ['reset', true, undefined])
  }
})

test('an error status is an answer, with the code of its problem', async () => {
  const orders = ordersOf(2)
  await using target = await startTarget(({ headers, answer, text }) =>
    headers['idempotency-key'] === orders[0]?.idempotencyKey
      ? answer(409, { code: 'out-of-stock', orderId: 'o-1' })
      : text(502, `<html>${'x'.repeat(1000)}`),
  )
  const { attempts } = await runLoad({ orders, ordersPerSecond: 20, target, deadlineMs: 5000 })
  const [problem, page] = attempts.map(({ answer }) => answer)
  assert.ok(problem?.kind === 'status' && page?.kind === 'status')
  assert.deepEqual([problem.status, problem.code, problem.orderId], [409, 'out-of-stock', 'o-1'])
  assert.deepEqual([page.status, page.code, page.text.length], [502, undefined, 300])
})

test('a repeat sends the same order under the same key, counted as its second attempt', async () => {
  await using target = await startTarget(({ answer }) => answer(202, {}))
  const orders = ordersOf(4)
  const plan = withRepeats(steadyPlan(4, 100), 2, 5)
  const { attempts } = await runLoad({ orders, plan, target, deadlineMs: 5000 })
  assert.deepEqual(
    attempts.map(({ index, attempt }) => [index, attempt]),
    [
      [0, 1],
      [0, 2],
      [1, 1],
      [2, 1],
      [2, 2],
      [3, 1],
    ],
  )
  assert.equal(target.keys().filter(key => key === orders[2]?.idempotencyKey).length, 2)
})

test('a stop starts no more, ends what is in flight and returns what was measured', async () => {
  const stop = new AbortController()
  await using target = await startTarget(({ number, answer }) => {
    if (number < 3) answer(201, {})
    // So many later the client has long read its three answers, also on a busy machine.
    else if (number === 60) stop.abort()
  })
  const load = { orders: ordersOf(10_000), ordersPerSecond: 100, target, deadlineMs: 60_000, signal: stop.signal }
  const { stopped, attempts, planned } = await runLoad(load)
  assert.deepEqual([stopped, planned], [true, 10_000])
  assert.ok(attempts.length >= 61 && attempts.length < 10_000)
  const kinds = attempts.map(({ answer }) => answer.kind)
  assert.equal(kinds.filter(kind => kind === 'status').length, 3)
  assert.equal(kinds.filter(kind => kind === 'aborted').length, attempts.length - 3)
})

test('a load that is stopped before it begins does not run its plan', async () => {
  await using target = await startTarget(({ answer }) => answer(201, {}))
  const load = { orders: ordersOf(100), ordersPerSecond: 10, target, deadlineMs: 1000, signal: AbortSignal.abort() }
  const { stopped, attempts, lateness } = await runLoad(load)
  assert.deepEqual([stopped, attempts.length < 100], [true, true])
  assert.equal(lateness === undefined, attempts.length === 0)
})

test('progress has the origin of the plan first and the whole count last', async () => {
  await using target = await startTarget(({ answer }) => answer(201, {}))
  const seen: { originNs: number; answered: number }[] = []
  const load = { orders: ordersOf(10), ordersPerSecond: 200, target, deadlineMs: 5000 }
  const { originNs } = await runLoad({ ...load, onProgress: progress => seen.push(progress) })
  assert.equal(seen[0]?.originNs, originNs)
  assert.deepEqual([seen[0]?.answered, seen.at(-1)?.answered], [0, 10])
})

test('a load that makes no sense is refused before a thread is started', async () => {
  const target = { url: 'http://127.0.0.1:1', path: '/order' }
  const load = { orders: ordersOf(1), ordersPerSecond: 1, target, deadlineMs: 1000 }
  await assert.rejects(runLoad({ ...load, deadlineMs: 0 }), /deadlineMs must be from 1/)
  await assert.rejects(runLoad({ ...load, maxSockets: 0 }), /maxSockets/)
  await assert.rejects(runLoad({ ...load, ordersPerSecond: -1 }), /ordersPerSecond must be above 0/)
  await assert.rejects(runLoad({ ...load, target: { url: 'nowhere', path: '/' } }), /an http address, not "nowhere"/)
  await assert.rejects(runLoad({ ...load, target: { ...target, path: 'order' } }), /must begin with \//)
})
