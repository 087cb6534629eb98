import assert from 'node:assert/strict'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import { waitFor } from '#host/wait-for.ts'
import type { Order } from '../contracts/order.ts'
import { deriveOrderId } from '../contracts/order-id.ts'
import { ordersTables } from '../stores/orders.ts'
import { placeOrder } from '../workflow/place-order.ts'
import { presentState, viewOf } from '../workflow/present-order.ts'
import { recordOutcome } from '../workflow/record-outcome.ts'
import { createHealth } from './health.ts'
import { createOccupancy } from './occupancy.ts'
import { createServer } from './http-server.ts'
import { createLog } from './log.ts'
import { orderRoutes } from './order-routes.ts'
import { createOrderWatch } from './order-watch.ts'

const request = { userId: 'ada', items: [{ sku: 'burger', quantity: 1 }] }

const FAILED = { status: 'failed', reason: 'out-of-stock' } as const

/** The routes before a store in memory. */
async function openRoutes({ signal: closing } = new AbortController()) {
  const parts = { log: createLog('test', 'silent'), health: createHealth(), occupancy: createOccupancy(), closing }
  const server = createServer({ ...parts, name: 'test', config: { HOST: '127.0.0.1' } })
  const watch = createOrderWatch()
  const tx = watch.over(ordersTables(new DatabaseSync(':memory:')))
  const placed: Order[] = []
  orderRoutes(server, parts, {
    async place(order, { correlationId }) {
      const result = placeOrder(tx, order, { correlationId, occurredAt: '2026-01-01T00:00:00.000Z' })
      if (result.isNew) placed.push(order)
      return { isNew: result.isNew, view: result.isNew ? viewOf(result.placed) : presentState(result.placed) }
    },
    find: async orderId => tx.findOrder(orderId),
    watch,
    status: { isNew: 202, repeated: 200 },
  })
  const place = (payload: object, headers: Record<string, string> = {}) =>
    server.inject({ method: 'POST', url: '/order', payload, headers })
  return { server, tx, placed, place, watch }
}

test('an order without a key is a new one each time, and the kitchen is main unless the client names one', async () => {
  const { place, placed } = await openRoutes()
  for (const payload of [request, request, { ...request, kitchenId: 'k' }])
    assert.equal((await place(payload)).statusCode, 202)
  assert.equal(new Set(placed.map(({ orderId }) => orderId)).size, 3)
  assert.deepEqual(
    placed.map(({ kitchenId }) => kitchenId),
    ['main', 'main', 'k'],
  )
})

test('a key gives the order its id; repeated it is answered with the present state, and nothing is placed', async () => {
  const { place, placed, tx } = await openRoutes()
  const headers = { 'idempotency-key': 'key-1' }
  const orderId = deriveOrderId('ada', 'key-1')
  assert.deepEqual((await place(request, headers)).json(), { orderId, status: 'pending' })
  const undecided = await place(request, headers)
  assert.deepEqual([undecided.statusCode, undecided.headers['retry-after']], [409, '1'])
  recordOutcome(tx, orderId, { status: 'reserved' })
  const repeated = await place(request, headers)
  assert.deepEqual([repeated.statusCode, repeated.json().status], [200, 'reserved'])
  assert.equal(placed.length, 1)
})

test('an order whose client prefers that its answer waits is answered when it is decided, as a model answers that decides at once', async () => {
  const { place, placed, tx, watch } = await openRoutes()
  const both = ['reserved', 'failed'].map(key => place(request, { 'idempotency-key': key, prefer: 'wait=20' }))
  await waitFor(() => watch.waiting() === 2, { deadlineMs: 5_000, what: 'both to wait' })
  for (const { orderId } of placed)
    recordOutcome(tx, orderId, orderId === deriveOrderId('ada', 'failed') ? FAILED : { status: 'reserved' })
  const [reserved, failed] = await Promise.all(both)
  assert.deepEqual(
    [reserved?.statusCode, reserved?.json().status, reserved?.headers['preference-applied']],
    [201, 'reserved', 'wait=20'],
  )
  assert.deepEqual([failed?.statusCode, failed?.json().code, failed?.json().isFinal], [409, 'out-of-stock', true])
})

test('a repeated key waits too, and an order that was decided at once needs no waiting', async () => {
  const { place, placed, tx, watch } = await openRoutes()
  const headers = { 'idempotency-key': 'key', prefer: 'wait=20' }
  const first = place(request, headers)
  await waitFor(() => watch.waiting() === 1, { deadlineMs: 5_000, what: 'the first to wait' })
  const second = place(request, headers)
  await waitFor(() => watch.waiting() === 2, { deadlineMs: 5_000, what: 'both to wait' })
  recordOutcome(tx, placed[0]?.orderId ?? '', { status: 'reserved' })
  const statuses = (await Promise.all([first, second, place(request, headers)])).map(({ statusCode }) => statusCode)
  assert.deepEqual(statuses, [201, 200, 200])
  assert.equal(placed.length, 1)
})

test('an answer that waited in vain is that of an order that is accepted', async () => {
  const { place } = await openRoutes()
  const { statusCode, headers, json } = await place(request, { prefer: 'wait=1' })
  assert.deepEqual([statusCode, json().status, headers['retry-after']], [202, 'pending', '1'])
})

test('an order is shown with the reason of its failure, and one that nobody placed is not found', async () => {
  const { server, place, tx, placed } = await openRoutes()
  await place(request)
  const orderId = placed[0]?.orderId ?? ''
  recordOutcome(tx, orderId, { status: 'failed', reason: 'released' })
  const shown = (await server.inject(`/order/${orderId}`)).json()
  assert.deepEqual(shown, { orderId, status: 'failed', reason: 'released' })
  assert.equal((await server.inject('/order/nobody')).statusCode, 404)
})

test('an order that breaks the contract is refused and not placed', async () => {
  const { place, placed } = await openRoutes()
  for (const payload of [[], { ...request, items: [] }, { ...request, unknown: 1 }, { items: request.items }])
    assert.equal((await place(payload)).statusCode, 400)
  assert.deepEqual(placed, [])
})

test('an order that is decided later is accepted with the place where it is found, and when to ask', async () => {
  const { server, place, placed } = await openRoutes()
  const { headers } = await place(request)
  const orderId = placed[0]?.orderId
  assert.deepEqual([headers.location, headers['retry-after']], [`/order/${orderId}`, '1'])
  const asked = await server.inject(`/order/${orderId}`)
  assert.deepEqual([asked.statusCode, asked.json().status, asked.headers['retry-after']], [200, 'pending', '1'])
})

test('a client that prefers to wait is answered when the order is decided', async () => {
  const { server, place, placed, tx } = await openRoutes()
  await place(request)
  const orderId = placed[0]?.orderId ?? ''
  const ask = (prefer: string) => server.inject({ url: `/order/${orderId}`, headers: { prefer } })
  const waiting = Promise.all(['wait=20', 'respond-async, wait=20', 'wait="20"; x'].map(ask))
  await server.inject(`/order/${orderId}`)
  recordOutcome(tx, orderId, { status: 'reserved' })
  for (const answer of await waiting) {
    assert.deepEqual(answer.json(), { orderId, status: 'reserved', notification: 'pending' })
    assert.deepEqual([answer.headers['preference-applied'], answer.headers['retry-after']], ['wait=20', undefined])
  }
  assert.equal((await ask('wait=9999')).headers['preference-applied'], 'wait=30')
  assert.equal((await server.inject({ url: '/order/nobody', headers: { prefer: 'wait=20' } })).statusCode, 404)
})

test('a client that prefers to wait is answered as the order is after its time, and when the service closes', async () => {
  const closing = new AbortController()
  const { server, place, placed } = await openRoutes(closing)
  await place(request)
  const ask = (prefer: string) => server.inject({ url: `/order/${placed[0]?.orderId}`, headers: { prefer } })
  for (const prefer of ['wait=1', 'wait=soon', 'wait=0', 'return=minimal'])
    assert.equal((await ask(prefer)).json().status, 'pending', prefer)
  const waiting = ask('wait=20')
  await ask('')
  closing.abort()
  assert.equal((await waiting).json().status, 'pending')
})

test('a client that leaves, or is answered, waits no more', async t => {
  const { server, place, placed, tx, watch } = await openRoutes()
  t.after(() => server.close())
  await place(request)
  const orderId = placed[0]?.orderId ?? ''
  const url = `${await server.listen({ port: 0, host: '127.0.0.1' })}/order/${orderId}`
  const waiting = (count: number) =>
    waitFor(() => watch.waiting() === count, { deadlineMs: 5_000, everyMs: 5, what: `${count} to wait` })
  const leaving = new AbortController()
  const left = [url, `${url}/events`].map(async address => {
    const answer = await fetch(address, { headers: { prefer: 'wait=30' }, signal: leaving.signal })
    await answer.text()
  })
  const stays = fetch(url, { headers: { prefer: 'wait=30' } })
  await waiting(3)
  leaving.abort()
  for (const one of left) await assert.rejects(one, { name: 'AbortError' })
  await waiting(1)
  recordOutcome(tx, orderId, { status: 'reserved' })
  assert.equal(((await (await stays).json()) as { status: string }).status, 'reserved')
  await waiting(0)
})

test('a server that closes ends all that wait for an order, and their connections', async () => {
  const closing = new AbortController()
  const { server, place, placed, watch } = await openRoutes(closing)
  await place(request)
  const url = `${await server.listen({ port: 0, host: '127.0.0.1' })}/order/${placed[0]?.orderId}`
  const answers = [url, `${url}/events`].map(address => fetch(address, { headers: { prefer: 'wait=30' } }))
  await waitFor(() => watch.waiting() === 2, { deadlineMs: 5_000, everyMs: 5, what: 'both to wait' })
  closing.abort()
  for (const answer of await Promise.all(answers)) {
    assert.equal(answer.headers.get('connection'), 'close')
    assert.match(await answer.text(), /"status":"pending"/)
  }
  await server.close()
  assert.equal(watch.waiting(), 0)
})

test('a dead letter is an event of its order, and not the last one', async () => {
  const { server, place, placed, tx, watch } = await openRoutes()
  await place(request)
  const orderId = placed[0]?.orderId ?? ''
  const listening = server.inject({ url: `/order/${orderId}/events`, headers: { 'last-event-id': 'dead-lettered' } })
  const isWaiting = () => watch.waiting() === 1
  await waitFor(isWaiting, { deadlineMs: 5_000, everyMs: 1, what: 'the client to listen' })
  const print = tx.findOrder(orderId)?.fingerprint ?? ''
  tx.markDeadLettered(orderId, print, { reason: 'malformed', since: '2026-01-01T00:00:00.000Z' })
  await server.inject(`/order/${orderId}`)
  await waitFor(isWaiting, { deadlineMs: 5_000, everyMs: 1, what: 'the client to listen on' })
  recordOutcome(tx, orderId, { status: 'reserved' })
  const ids = [...(await listening).payload.matchAll(/^id: (.*)$/gm)].map(([, id]) => id)
  assert.deepEqual(ids, ['pending', 'dead-lettered', 'reserved'])
})

test('the events of an order are its state, and its outcome, after which there is none', async () => {
  const { server, place, placed, tx } = await openRoutes()
  await place(request)
  const orderId = placed[0]?.orderId ?? ''
  const listening = server.inject(`/order/${orderId}/events`)
  await server.inject(`/order/${orderId}`)
  recordOutcome(tx, orderId, { status: 'failed', reason: 'out-of-stock' })
  const { headers, payload } = await listening
  assert.equal(headers['content-type'], 'text/event-stream')
  const event = (view: { status: string }) =>
    `event: order\nid: ${view.status}\ndata: ${JSON.stringify({ orderId, ...view })}\n\n`
  const last = event({ status: 'failed', reason: 'out-of-stock' } as { status: string })
  assert.equal(payload, event({ status: 'pending' }) + last)
  const again = (headers: Record<string, string>) => server.inject({ url: `/order/${orderId}/events`, headers })
  assert.equal((await again({ 'last-event-id': 'pending' })).payload, last)
  assert.equal((await again({ 'last-event-id': 'failed' })).statusCode, 204)
  assert.equal((await server.inject('/order/nobody/events')).statusCode, 404)
})
