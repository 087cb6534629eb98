import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { LabError } from '#common/contracts/errors.ts'
import { createFaultInjector } from '#common/faults/fault-injector.ts'
import { createHealth } from '#common/service/health.ts'
import { createOccupancy } from '#common/service/occupancy.ts'
import { createLog } from '#common/service/log.ts'
import { testContext } from '#common/testing/context.ts'
import { ordersTables, type OrdersTables } from '#common/stores/orders.ts'
import { outboxTables } from '#common/stores/outbox.ts'
import { openStore } from '#common/stores/store.ts'
import { undecidedTables } from '#common/stores/undecided.ts'
import { recordOutcome } from '#common/workflow/record-outcome.ts'
import { topologyOf } from '../messaging/topology.ts'
import type { IntakeParts } from './order-intake.ts'
import { withoutNotification } from './orders.ts'
import { faultsOf } from './settings.ts'
import { withoutOutbox } from './without-outbox.ts'

const order = { orderId: 'o', userId: 'u', kitchenId: 'k', items: [{ sku: 'burger', quantity: 1 }] }
const context = testContext()

type Options = { isTaking?(): boolean; change?: Partial<OrdersTables>; maxUndecided?: number }

/** The test confirms or rejects each publish; `change` breaks the store. */
function openPlacing(t: TestContext, { isTaking = () => true, change = {}, maxUndecided = 10 }: Options = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'lab-direct-'))
  const store = openStore(folder, 'orders', db => ({
    ...withoutNotification(ordersTables(db)),
    ...undecidedTables(db),
    ...outboxTables(db),
    ...change,
  }))
  t.after(() => {
    store.close()
    rmSync(folder, { recursive: true })
  })
  const published: (string | undefined)[] = []
  const confirms: PromiseWithResolvers<void>[] = []
  const begun = Promise.withResolvers<void>()
  const broker: IntakeParts['broker'] = {
    topology: topologyOf('', 1),
    ready: async () => {},
    publish: () => Promise.reject(new Error('it was published without a deadline')),
    checkPublishing() {
      if (!isTaking()) throw new LabError('unavailable', 'the broker is away')
    },
    publishInTime({ messageId }) {
      if (!isTaking()) return Promise.reject(new Error('it was published all the same'))
      const confirm = Promise.withResolvers<void>()
      published.push(messageId)
      confirms.push(confirm)
      begun.resolve()
      return confirm.promise
    },
  }
  const intake = withoutOutbox({
    config: { MAX_UNDECIDED: maxUndecided, RELAY_WINDOW: 1, PUBLISH_DEADLINE_MS: 1_000 },
    store,
    broker,
    reading: { checkTaking() {}, checkPublishing() {}, ready: async () => {} },
    faultInjector: createFaultInjector({ ...faultsOf('off'), environment: {}, occupancy: createOccupancy() }),
    log: createLog('test', 'silent'),
    health: createHealth(),
    occupancy: createOccupancy(),
    closing: new AbortController().signal,
  })
  return { ...intake, store, published, confirms, begun: begun.promise }
}

const refused = (code: 'unavailable' | 'deadline-passed') => new LabError(code, 'why')

test('an order is stored before it is published, and found and answered when it is confirmed', async t => {
  const { place, find, store, confirms, begun } = openPlacing(t)
  const placing = place(order, context)
  await begun
  assert.equal(store.peek.findOrder('o')?.status, 'pending')
  assert.equal(await find('o'), undefined, 'it may still be removed')
  confirms[0]?.resolve()
  assert.deepEqual(await placing, { isNew: true, view: { orderId: 'o', status: 'pending' } })
  assert.equal((await find('o'))?.status, 'pending')
})

test('while nothing can be published nothing is stored, and a known order is still answered', async t => {
  let isTaking = false
  const { place, find, store, published, confirms, begun } = openPlacing(t, { isTaking: () => isTaking })
  await assert.rejects(place(order, context), { code: 'unavailable' })
  assert.equal(store.peek.findOrder('o'), undefined)
  assert.deepEqual(published, [])
  isTaking = true
  const placing = place(order, context)
  await begun
  confirms[0]?.resolve()
  await placing
  isTaking = false
  await assert.rejects(place(order, context), { code: 'order-undecided' })
  assert.ok(await find('o'))
})

test('an order whose event no queue has is removed, and its key places it again', async t => {
  const { place, find, store, published, confirms, begun } = openPlacing(t)
  const placing = place(order, context)
  await begun
  confirms[0]?.reject(refused('unavailable'))
  await assert.rejects(placing, { code: 'unavailable', orderId: 'o' })
  assert.equal(store.peek.findOrder('o'), undefined)
  const again = place(order, context)
  await store.transact(() => {})
  assert.equal(published.length, 2)
  confirms[1]?.resolve()
  assert.equal((await again).isNew, true)
  assert.ok(await find('o'))
})

test('an order whose event may be in a queue stays pending, is found, and is not published again', async t => {
  const { place, find, published, confirms, begun } = openPlacing(t)
  const placing = place(order, context)
  await begun
  await assert.rejects(place(order, context), { code: 'order-undecided' })
  confirms[0]?.reject(refused('deadline-passed'))
  await assert.rejects(placing, { code: 'deadline-passed', orderId: 'o' })
  assert.equal((await find('o'))?.status, 'pending')
  await assert.rejects(place(order, context), { code: 'order-undecided' })
  assert.equal(published.length, 1)
})

test('an order that is refused and cannot be removed is unknown to the client, never "nothing happened"', async t => {
  const removePending = () => {
    throw new LabError('store-failed', 'the disk is full')
  }
  const { place, find, confirms, begun } = openPlacing(t, { change: { removePending } })
  const placing = place(order, context)
  await begun
  confirms[0]?.reject(refused('unavailable'))
  await assert.rejects(placing, { code: 'deadline-passed' })
  assert.equal((await find('o'))?.status, 'pending')
})

test('a result that overtakes the confirm is what the client is answered', async t => {
  const { place, find, store, confirms, begun } = openPlacing(t)
  const placing = place(order, context)
  await begun
  await store.transact(tx => recordOutcome(tx, 'o', { status: 'reserved' }))
  assert.equal((await find('o'))?.status, 'reserved')
  confirms[0]?.resolve()
  assert.deepEqual((await placing).view, { orderId: 'o', status: 'reserved' })
})

test('with too many undecided orders nothing is stored or published, also while those are being published', async t => {
  const { place, store, published, confirms, begun } = openPlacing(t, { maxUndecided: 1 })
  const placing = place(order, context)
  await begun
  const other = { ...order, orderId: 'other' }
  await assert.rejects(place(other, context), { code: 'overloaded' })
  confirms[0]?.resolve()
  await placing
  await assert.rejects(place(other, context), { code: 'overloaded' })
  assert.equal(store.peek.findOrder('other'), undefined)
  assert.equal(published.length, 1)

  await store.transact(tx => recordOutcome(tx, 'o', { status: 'reserved' }))
  const again = place(other, context)
  await store.transact(() => {})
  confirms[1]?.resolve()
  assert.equal((await again).isNew, true)
})
