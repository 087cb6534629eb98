// What a client sees of the model.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { waitFor } from '#host/wait-for.ts'
import {
  assertWhole,
  burger,
  decisions,
  notifications,
  orders,
  placeMany,
  untilNotified,
  untilSettled,
} from './support/evidence.ts'
import { openDeployment, type TestDeployment } from './support/deployment.ts'

const stateOf = async (place: TestDeployment, orderId: string) =>
  (await (await fetch(`${place.url('order_service')}/order/${orderId}`)).json()) as Record<string, unknown>

const finalState = (place: TestDeployment, orderId: string) =>
  waitFor(
    async () => {
      const state = await stateOf(place, orderId)
      return state.status !== 'pending' && state
    },
    { deadlineMs: 60_000, what: `order ${orderId} to be decided` },
  )

test('orders are accepted at once, then reserved, settled and notified once each', async t => {
  const place = await openDeployment(t)
  await place.start()
  const orderIds = await placeMany(place, 100)
  await untilNotified(place, 100)
  await untilSettled(place, 100)
  await assertWhole(place, orderIds)
  assert.ok((await orders(place)).every(row => row.status === 'reserved' && row.decidedNs !== null))
})

test('a client that asks again with its key is told the present state of its order', async t => {
  const place = await openDeployment(t)
  await place.start(['order_service'])
  const key = { 'idempotency-key': 'k-1' }
  const first = await place.placeOrder(burger(), key)
  assert.equal(first.status, 202)
  const { orderId } = (await first.json()) as { orderId: string }

  const undecided = await place.placeOrder(burger(), key)
  assert.equal(undecided.status, 409)
  assert.equal(undecided.headers.get('retry-after'), '1')
  assert.equal(((await undecided.json()) as { code: string }).code, 'order-undecided')

  const reused = await place.placeOrder({ userId: 'user', items: [{ sku: 'pizza', quantity: 1 }] }, key)
  assert.equal(reused.status, 422)
  const otherUser = await place.placeOrder(burger('somebody else'), key)
  assert.equal(otherUser.status, 202)

  await place.start(['inventory_service', 'notification_service'])
  assert.deepEqual(await finalState(place, orderId), { orderId, status: 'reserved' })
  const decided = await place.placeOrder(burger(), key)
  assert.equal(decided.status, 200)
  assert.deepEqual(await decided.json(), { orderId, status: 'reserved' })
  await waitFor(async () => (await decisions(place)).length === 2, { deadlineMs: 60_000, what: 'both orders' })
})

test('an order that fails says why, in its state and to its key, and nobody is notified', async t => {
  const place = await openDeployment(t)
  await place.start()
  const asked = { userId: 'user', items: [{ sku: 'caviar', quantity: 1 }] }
  const first = await place.placeOrder(asked, { 'idempotency-key': 'k-2' })
  const { orderId } = (await first.json()) as { orderId: string }
  assert.deepEqual(await finalState(place, orderId), { orderId, status: 'failed', reason: 'unknown-sku' })
  const again = await place.placeOrder(asked, { 'idempotency-key': 'k-2' })
  assert.equal(again.status, 409)
  const problem = (await again.json()) as { code: string; orderId: string }
  assert.deepEqual([problem.code, problem.orderId], ['unknown-sku', orderId])
  assert.deepEqual(await notifications(place), [])
})

test('exactly the stock of a scarce kitchen is reserved', async t => {
  const place = await openDeployment(t)
  await place.start(undefined, { INITIAL_STOCK: '{"corner": {"burger": 5}}' })
  await Promise.all(Array.from({ length: 20 }, () => place.placeOrder({ ...burger(), kitchenId: 'corner' })))
  await untilSettled(place, 20)
  const outcomes = (await orders(place)).map(row => row.reason ?? row.status)
  assert.equal(outcomes.filter(outcome => outcome === 'reserved').length, 5)
  assert.equal(outcomes.filter(outcome => outcome === 'out-of-stock').length, 15)
})

test('a bad request gets a problem document and leaves nothing behind', async t => {
  const place = await openDeployment(t)
  await place.start(['order_service'])
  const bad = [{}, [], null, { ...burger(), items: [] }, { userId: 'u', items: [{ sku: 'burger', quantity: -1 }] }]
  for (const body of bad) {
    const answer = await place.placeOrder(body)
    assert.equal(answer.status, 400)
    assert.match(answer.headers.get('content-type') ?? '', /problem\+json/)
  }
  assert.equal((await place.placeOrder(burger(), { 'idempotency-key': 'x'.repeat(200) })).status, 400)
  const nobody = await fetch(`${place.url('order_service')}/order/nothing`)
  assert.equal(nobody.status, 404)
  assert.deepEqual(await orders(place), [])
})

test('one correlation id follows an order through all three services', async t => {
  const place = await openDeployment(t)
  await place.start()
  await place.placeOrder(burger(), { 'x-correlation-id': 'follow-me' })
  await untilNotified(place, 1)
  await untilSettled(place, 1)
  for (const name of ['order_service', 'inventory_service', 'notification_service'] as const)
    assert.match(place.log(name), /"correlationId":"follow-me".*"orderId"/)
})
