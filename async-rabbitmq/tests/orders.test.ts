// The model as a client sees it.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { waitFor } from '#host/wait-for.ts'
import { burger, openSystem, placeMany, placeOrder, type RabbitmqSystem } from './support/system.ts'

const stateOf = async (system: RabbitmqSystem, orderId: string) =>
  (await (await fetch(`${system.url('order_service')}/order/${orderId}`)).json()) as Record<string, unknown>

const finalState = (system: RabbitmqSystem, orderId: string) =>
  waitFor(
    async () => {
      const state = await stateOf(system, orderId)
      return state.status !== 'pending' && state
    },
    { deadlineMs: 60_000, what: `order ${orderId} to be decided` },
  )

test('orders are accepted at once; each is then reserved and confirmed once', async t => {
  const system = await openSystem(t)
  await system.start()
  const orderIds = await placeMany(system, 100)
  await system.untilQuiescent(100)
  const { orders } = await system.assertSound({ reserved: orderIds })
  assert.ok(orders.every(row => row.status === 'reserved' && row.decidedNs !== null))
})

test('a client that repeats its request with its key is answered with the present state of its order', async t => {
  const system = await openSystem(t)
  await system.start(['order_service'])
  const key = { 'idempotency-key': 'k-1' }
  const first = await placeOrder(system, burger(), key)
  assert.equal(first.status, 202)
  const { orderId } = (await first.json()) as { orderId: string }

  const undecided = await placeOrder(system, burger(), key)
  assert.equal(undecided.status, 409)
  assert.equal(undecided.headers.get('retry-after'), '1')
  assert.equal(((await undecided.json()) as { code: string }).code, 'order-undecided')

  const reused = await placeOrder(system, { userId: 'user', items: [{ sku: 'pizza', quantity: 1 }] }, key)
  assert.equal(reused.status, 422)
  const otherUser = await placeOrder(system, burger('another user'), key)
  assert.equal(otherUser.status, 202)

  await system.start(['inventory_service', 'notification_service'])
  assert.deepEqual(await finalState(system, orderId), { orderId, status: 'reserved' })
  const decided = await placeOrder(system, burger(), key)
  assert.equal(decided.status, 200)
  assert.deepEqual(await decided.json(), { orderId, status: 'reserved' })
  assert.equal((await system.untilDecided(2)).decisions.length, 2)
})

test('a failed order shows its reason, a repeated request gets it too, and no notification is sent', async t => {
  const system = await openSystem(t)
  await system.start()
  const request = { userId: 'user', items: [{ sku: 'caviar', quantity: 1 }] }
  const first = await placeOrder(system, request, { 'idempotency-key': 'k-2' })
  const { orderId } = (await first.json()) as { orderId: string }
  assert.deepEqual(await finalState(system, orderId), { orderId, status: 'failed', reason: 'unknown-sku' })
  const again = await placeOrder(system, request, { 'idempotency-key': 'k-2' })
  assert.equal(again.status, 409)
  const problem = (await again.json()) as { code: string; orderId: string }
  assert.deepEqual([problem.code, problem.orderId], ['unknown-sku', orderId])
  assert.deepEqual((await system.evidence()).notifications, [])
})

test('exactly the stock of a scarce kitchen is reserved', async t => {
  const system = await openSystem(t)
  await system.start(undefined, { environment: { INITIAL_STOCK: '{"corner": {"burger": 5}}' } })
  await Promise.all(Array.from({ length: 20 }, () => placeOrder(system, { ...burger(), kitchenId: 'corner' })))
  const { orders } = await system.untilQuiescent(20)
  const outcomes = orders.map(row => row.reason ?? row.status)
  assert.equal(outcomes.filter(outcome => outcome === 'reserved').length, 5)
  assert.equal(outcomes.filter(outcome => outcome === 'out-of-stock').length, 15)
})

test('a bad request gets a problem document and stores nothing', async t => {
  const system = await openSystem(t)
  await system.start(['order_service'])
  const bad = [{}, [], null, { ...burger(), items: [] }, { userId: 'u', items: [{ sku: 'burger', quantity: -1 }] }]
  for (const body of bad) {
    const answer = await placeOrder(system, body)
    assert.equal(answer.status, 400)
    assert.match(answer.headers.get('content-type') ?? '', /problem\+json/)
  }
  assert.equal((await placeOrder(system, burger(), { 'idempotency-key': 'x'.repeat(200) })).status, 400)
  const missing = await fetch(`${system.url('order_service')}/order/nothing`)
  assert.equal(missing.status, 404)
  assert.deepEqual((await system.evidence()).orders, [])
})

test('one correlation id follows an order through all three services', async t => {
  const system = await openSystem(t)
  await system.start()
  await placeOrder(system, burger(), { 'x-correlation-id': 'follow-me' })
  await system.untilQuiescent(1)
  for (const name of ['order_service', 'inventory_service', 'notification_service'] as const)
    assert.match(system.logOf(name), /"correlationId":"follow-me".*"orderId"/)
})
