import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type TestContext, test } from 'node:test'
import { monotonicNs } from '#common/contracts/clock.ts'
import { startTarget } from '../testing/load-target.ts'
import { type AskJob, follow } from './follow.ts'
import { runLoad } from './generator.ts'
import { planOrders } from './orders.ts'
import { openPool } from './send.ts'

const PENDING = { orderId: 'a', status: 'pending' }
const FAILED = { orderId: 'a', status: 'failed', reason: 'out-of-stock' }

type Answers = (response: ServerResponse, nth: number, request: IncomingMessage) => void

/** Follows the order `a` on a server that answers its requests so, counted from 1. */
async function followed(t: TestContext, job: AskJob, answers: Answers, stop = t.signal) {
  const seen: IncomingMessage[] = []
  const server = createServer((request, response) => answers(response, seen.push(request), request))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const pool = openPool({ url: `http://127.0.0.1:${port}`, path: '/order' }, 4, 1_000)
  const beganNs = monotonicNs()
  const learned = await follow(pool, '/order/a', job, stop)
  await pool.destroy()
  server.closeAllConnections()
  server.close()
  return { learned, beganNs, paths: seen.map(({ url }) => url), prefers: seen.map(({ headers }) => headers.prefer) }
}

const json = (response: ServerResponse, view: unknown): void => void response.end(JSON.stringify(view))
const event = (view: unknown): string => `event: order\nid: x\ndata: ${JSON.stringify(view)}\n\n`

test('a client that polls asks again until the order is decided, also where a request fails', async t => {
  const { learned, beganNs, paths } = await followed(
    t,
    { by: 'poll', everyMs: 20, giveUpMs: 5_000 },
    (response, nth) => {
      if (nth === 1) return void response.socket?.resetAndDestroy()
      if (nth === 2) response.statusCode = 503
      json(response, nth === 2 ? { status: 503, code: 'unavailable' } : nth === 3 ? PENDING : FAILED)
    },
  )
  assert.deepEqual([learned.says, learned.reason, learned.requests], ['failed', 'out-of-stock', 4])
  assert.deepEqual(new Set(paths), new Set(['/order/a']))
  assert.ok(learned.atNs - beganNs >= 80e6, 'it waits before each request')
})

test('a client that can wait prefers that the answer waits, and asks again where that brought no outcome', async t => {
  const job: AskJob = { by: 'wait', seconds: 7, giveUpMs: 5_000 }
  const { learned, prefers } = await followed(t, job, (response, nth) => json(response, nth === 1 ? PENDING : FAILED))
  assert.deepEqual([learned.says, learned.requests], ['failed', 2])
  assert.deepEqual(prefers, ['wait=7', 'wait=7'])
})

test('a client that listens is told by the event, wherever that is cut, and comes back where the events end before it', async t => {
  const job: AskJob = { by: 'events', giveUpMs: 5_000 }
  const { learned, paths } = await followed(t, job, (response, nth) => {
    response.write(event(PENDING))
    if (nth === 1) return void response.end()
    const text = event(FAILED)
    response.write(text.slice(0, 30))
    setImmediate(() => response.write(text.slice(30)))
  })
  assert.deepEqual([learned.says, learned.reason, learned.requests], ['failed', 'out-of-stock', 2])
  assert.deepEqual(paths, ['/order/a/events', '/order/a/events'])
})

test('who is never told gives up, and who is stopped ends at once: neither knows an outcome', async t => {
  for (const by of [{ by: 'poll', everyMs: 5 }, { by: 'wait', seconds: 1 }, { by: 'events' }] as const) {
    const answer = by.by === 'poll' ? (response: ServerResponse) => json(response, PENDING) : () => {}
    const { learned } = await followed(t, { ...by, giveUpMs: 60 }, answer)
    assert.equal(learned.says, undefined)
    assert.ok(learned.atNs > 0)
    const stop = new AbortController()
    const stopped = await followed(t, { ...by, giveUpMs: 60_000 }, () => stop.abort(), stop.signal)
    assert.equal(stopped.learned.says, undefined)
  }
})

test('a load whose clients follow their orders says what each was told; one that was refused follows nothing', async () => {
  await using target = await startTarget(({ number, answer, method, text }) => {
    if (method === 'GET') return text(200, JSON.stringify(FAILED))
    answer(number === 0 ? 503 : 202, PENDING)
  })
  const orders = planOrders({ seed: 1, runId: `follow-${process.pid}`, count: 5 })
  const job: AskJob = { by: 'poll', everyMs: 10, giveUpMs: 5_000 }
  const { attempts } = await runLoad({ orders, ordersPerSecond: 500, target, deadlineMs: 5_000, follow: job })
  const told = attempts.filter(({ learned }) => learned !== undefined)
  assert.equal(told.length, 4)
  for (const { learned, answeredNs = 0 } of told) {
    assert.deepEqual([learned?.says, learned?.requests], ['failed', 1])
    assert.ok((learned?.atNs ?? 0) > answeredNs)
  }
})
