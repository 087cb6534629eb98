import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import { monotonicNs } from '#common/contracts/clock.ts'
import { planOrders } from './orders.ts'
import { steadyPlan, withRepeats } from './plan.ts'
import { polledStarts, startPolling } from './polls.ts'

const orders = planOrders({ count: 10, seed: 1, runId: 'polls' })

test('five orders a second are polled, at least three and at most 500, spread over the load and each once', () => {
  const polled = (count: number, perSecond: number) => polledStarts(steadyPlan(count, perSecond))
  assert.equal(polled(1_000, 100).length, 50)
  assert.equal(polled(2, 100).length, 2)
  assert.equal(polled(10, 100).length, 3)
  assert.equal(polled(100_000, 100).length, 500)
  const found = polledStarts(withRepeats(steadyPlan(1_000, 100), 1, 250))
  assert.equal(new Set(found.map(({ order }) => order)).size, found.length)
  assert.deepEqual(
    found.slice(0, 3).map(({ order }) => order),
    [0, 20, 40],
  )
})

test('an order is asked for four times and at the end; what is answered is kept, and also that nothing was', async t => {
  const paths: string[] = []
  const server = createServer((request, response) => {
    paths.push(request.url ?? '')
    if (paths.length === 2) return void request.socket.destroy()
    response.statusCode = paths.length === 1 ? 404 : 200
    response.end(JSON.stringify(paths.length === 1 ? { status: 404 } : { status: 'failed', reason: 'out-of-stock' }))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => server.close())
  const { port } = server.address() as AddressInfo
  const polling = startPolling({
    orders,
    plan: [{ order: 4, offsetMs: 0 }],
    url: `http://127.0.0.1:${port}`,
    nowNs: monotonicNs,
    // Long ago: all four are due.
    originNs: monotonicNs() - 60e9,
    signal: t.signal,
  })
  const polls = await polling.finish()
  assert.equal(polls.length, 5)
  assert.ok(paths.every(path => path === `/order/${orders[4]?.orderId}`))
  assert.deepEqual(
    polls.map(({ status, says, reason }) => [status, says, reason]),
    [
      [404, undefined, undefined],
      [undefined, undefined, undefined],
      ...Array.from({ length: 3 }, () => [200, 'failed', 'out-of-stock']),
    ],
  )
  assert.ok(polls.every(({ startedNs, answeredNs }) => answeredNs > startedNs))
  assert.ok(polls[1]?.detail)
})

test('when all is quiet each order is polled a last time, and what is not due until then never is', async t => {
  const server = createServer((_, response) => void response.end(JSON.stringify({ status: 'reserved' })))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => server.close())
  const { port } = server.address() as AddressInfo
  const polling = startPolling({
    orders,
    plan: [
      { order: 1, offsetMs: 0 },
      { order: 2, offsetMs: 3_600_000 },
    ],
    url: `http://127.0.0.1:${port}`,
    nowNs: monotonicNs,
    originNs: monotonicNs() - 60e9,
    signal: t.signal,
  })
  const polls = await polling.finish()
  assert.deepEqual(
    polls.map(({ orderId, isLast }) => [orderId, isLast]),
    [
      ...Array.from({ length: 4 }, () => [orders[1]?.orderId, undefined]),
      [orders[1]?.orderId, true],
      [orders[2]?.orderId, true],
    ],
  )
})
