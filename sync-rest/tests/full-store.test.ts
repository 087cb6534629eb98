// A store that fails in the middle of an order: the answer to the client is true, and the order is not left pending.
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { LabError } from '#common/contracts/errors.ts'
import { testContext } from '#common/testing/context.ts'
import { ordersTables } from '#common/stores/orders.ts'
import { openStore } from '#common/stores/store.ts'
import { CallError } from '../http-client/call.ts'
import { compensate, pendingReleasesTables } from '../order_service/compensate.ts'
import { placeAndRespond, type PlaceParts } from '../order_service/place-order.ts'

const order = { orderId: 'order-1', userId: 'ada', kitchenId: 'main', items: [{ sku: 'burger', quantity: 1 }] }
const none = () => {}

/** Places the order on a real store, whose transaction of that number fails. */
async function placeWith(
  t: TestContext,
  failing: number,
  reserve: PlaceParts['reservations']['reserve'] = async () => {},
) {
  const folder = mkdtempSync(join(tmpdir(), 'full-store-'))
  const store = openStore(folder, 'orders', db => ({ ...ordersTables(db), ...pendingReleasesTables(db) }))
  t.after(() => {
    store.close()
    rmSync(folder, { recursive: true })
  })
  let number = 0
  const transact: PlaceParts['store']['transact'] = work =>
    ++number === failing
      ? Promise.reject(new LabError('store-failed', 'nothing was kept: the disk is full'))
      : store.transact(work)
  const notified = Promise.withResolvers<void>()
  const pendingWork = { confirming: new Set<string>(), toCompensate: new Set<string>(), notify: notified.resolve }
  const crashPoints = { 'store-reserve': none, 'reserve-store': none, 'store-send': none, 'send-store': none }
  const reservations: PlaceParts['reservations'] = { admit: work => work(), reserve }
  const place = placeAndRespond({
    store: { transact },
    isKnown: orderId => store.peek.findOrder(orderId) !== undefined,
    reservations,
    send: async () => {},
    pendingWork,
    crashPoints,
  })
  return { store, answer: place(order, testContext()), ...pendingWork, notified: notified.promise }
}

const broken = async () => {
  throw new CallError('inventory-broke', 'inventory answered 500', { mayHaveActed: true })
}

test('the order itself cannot be stored: 503, and nothing happened', async t => {
  let isCalled = false
  const { answer, store, toCompensate } = await placeWith(t, 1, async () => void (isCalled = true))
  await assert.rejects(answer, { code: 'store-failed' })
  assert.equal(isCalled, false)
  assert.equal(store.peek.findOrder(order.orderId), undefined)
  assert.equal(toCompensate.size, 0)
})

const idsOf = (rows: { orderId: string }[]) => rows.map(row => row.orderId)

for (const [what, reserve] of [
  ['a reservation', async () => {}],
  ['a failure', broken],
] as const) {
  test(`${what} cannot be stored: 504, because inventory may hold stock, and the order is failed and released`, async t => {
    const { answer, store, toCompensate } = await placeWith(t, 2, reserve)
    await assert.rejects(answer, { code: 'deadline-passed', orderId: order.orderId })
    assert.deepEqual([...toCompensate], [order.orderId])
    await store.transact(tx => compensate(tx, order.orderId))
    assert.equal(store.peek.findOrder(order.orderId)?.status, 'failed')
    assert.deepEqual(idsOf(store.peek.pendingReleases(0, 10)), [order.orderId])
  })
}

test('a confirmation cannot be stored: the answer is true all the same, and the worker sends again', async t => {
  const { answer, store, toCompensate, confirming, notified } = await placeWith(t, 3)
  assert.deepEqual(await answer, {
    isNew: true,
    view: { orderId: order.orderId, status: 'reserved', notification: 'sent' },
  })
  await notified
  assert.deepEqual([...confirming], [])
  assert.deepEqual(idsOf(store.peek.unconfirmedOrders(0, 10)), [order.orderId])
  assert.equal(toCompensate.size, 0)
})

test('an order that is reserved in the store is never compensated', async t => {
  const { answer, store } = await placeWith(t, 0)
  await answer
  await store.transact(tx => compensate(tx, order.orderId))
  assert.equal(store.peek.findOrder(order.orderId)?.status, 'reserved')
  assert.deepEqual(store.peek.pendingReleases(0, 10), [])
})
