// A store that fails in the middle of an order: what the client is told is true, and the order is not left pending.
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { LabError } from '#common/contracts/errors.ts'
import { createLog } from '#common/service/log.ts'
import { ordersTables } from '#common/stores/orders.ts'
import { openStore } from '#common/stores/store.ts'
import { CallError } from '../http-client/call.ts'
import { compensate, place, type PlaceParts } from '../order_service/place-order.ts'
import { pendingReleasesTables } from '../order_service/pending-releases.ts'

const order = { orderId: 'order-1', userId: 'ada', kitchenId: 'main', items: [{ sku: 'burger', quantity: 1 }] }
const context = { correlationId: 'c', signal: new AbortController().signal, log: createLog('test', 'silent') }
const none = () => {}

/** Places the order on a real store, whose transaction of that number fails. */
async function placeWith(t: TestContext, failing: number, ask: PlaceParts['ask'] = async () => {}) {
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
  const abandoned = new Set<string>()
  const confirming = new Set<string>()
  const woken = Promise.withResolvers<void>()
  const crashPoints = { 'store-reserve': none, 'reserve-store': none, 'store-send': none, 'send-store': none }
  const send = async () => {}
  const parts = {
    store: { transact },
    ask,
    send,
    confirming,
    abandoned,
    wakeDuties: woken.resolve,
    crashPoints,
  }
  const answer = place(parts)(order, context)
  return { store, answer, abandoned, confirming, woken: woken.promise }
}

const broken = async () => {
  throw new CallError('inventory-broke', 'inventory answered 500', { mayHaveActed: true })
}

test('the order itself cannot be stored: 503, and nothing happened', async t => {
  let asked = false
  const { answer, store, abandoned } = await placeWith(t, 1, async () => void (asked = true))
  await assert.rejects(answer, { code: 'store-failed' })
  assert.equal(asked, false)
  assert.equal(store.read.findOrder(order.orderId), undefined)
  assert.equal(abandoned.size, 0)
})

const idsOf = (rows: { orderId: string }[]) => rows.map(row => row.orderId)

for (const [what, ask] of [
  ['a reservation', async () => {}],
  ['a failure', broken],
] as const) {
  test(`${what} cannot be stored: 504, for inventory may hold stock, and the order is given up and released`, async t => {
    const { answer, store, abandoned } = await placeWith(t, 2, ask)
    await assert.rejects(answer, { code: 'deadline-passed', orderId: order.orderId })
    assert.deepEqual([...abandoned], [order.orderId])
    await store.transact(tx => compensate(tx, order.orderId))
    assert.equal(store.read.findOrder(order.orderId)?.status, 'failed')
    assert.deepEqual(idsOf(store.read.pendingReleases(0, 10)), [order.orderId])
  })
}

test('a confirmation cannot be noted: the answer is true all the same, and the duty is left to send again', async t => {
  const { answer, store, abandoned, confirming, woken } = await placeWith(t, 3)
  assert.deepEqual(await answer, {
    isNew: true,
    view: { orderId: order.orderId, status: 'reserved', notification: 'sent' },
  })
  await woken
  assert.deepEqual([...confirming], [])
  assert.deepEqual(idsOf(store.read.unconfirmedOrders(0, 10)), [order.orderId])
  assert.equal(abandoned.size, 0)
})

test('an order that is reserved in the store is never released for being abandoned', async t => {
  const { answer, store } = await placeWith(t, 0)
  await answer
  await store.transact(tx => compensate(tx, order.orderId))
  assert.equal(store.read.findOrder(order.orderId)?.status, 'reserved')
  assert.deepEqual(store.read.pendingReleases(0, 10), [])
})
