import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { ordersTables } from '../stores/orders.ts'
import { outboxTables, type OutboxTables } from '../stores/outbox.ts'
import { openStore } from '../stores/store.ts'
import { undecidedTables } from '../stores/undecided.ts'
import { testContext } from '../testing/context.ts'
import { recordOutcome } from '../workflow/record-outcome.ts'
import { openAdmission } from './admission.ts'
import { createHealth } from './health.ts'
import { createOccupancy } from './occupancy.ts'
import { placeWithOutbox } from './place-with-outbox.ts'

const order = { orderId: 'o', userId: 'u', kitchenId: 'k', items: [{ sku: 'burger', quantity: 1 }] }
const other = { ...order, items: [{ sku: 'pizza', quantity: 1 }] }

function openOrders(t: TestContext, change: Partial<OutboxTables> = {}, MAX_UNDECIDED = 10) {
  const folder = mkdtempSync(join(tmpdir(), 'lab-place-'))
  const store = openStore(folder, 'orders', db => ({
    ...ordersTables(db),
    ...undecidedTables(db),
    ...outboxTables(db),
    ...change,
  }))
  t.after(() => {
    store.close()
    rmSync(folder, { recursive: true })
  })
  let notifications = 0
  const health = createHealth()
  const occupancy = createOccupancy()
  const admit = openAdmission({ config: { MAX_UNDECIDED }, health, occupancy, undecided: store.peek.undecided })
  const place = placeWithOutbox({ store, admit, notifyRelay: () => notifications++, afterStore: () => {} })
  const events = () => store.peek.pendingEntries(0, 10).map(({ body }) => (JSON.parse(body) as { id: string }).id)
  return { store, place, events, health, occupancy, notifications: () => notifications }
}

test('an order and its event are stored together, and the relay is notified', async t => {
  const { store, place, events, notifications } = openOrders(t)
  const answer = await place(order, testContext())
  assert.deepEqual(answer, { isNew: true, view: { orderId: 'o', status: 'pending' } })
  assert.equal(store.peek.findOrder('o')?.status, 'pending')
  assert.deepEqual(events(), ['OrderPlaced:o'])
  assert.equal(notifications(), 1)
})

test('an order whose event cannot be stored is not stored either', async t => {
  const full = () => {
    throw new Error('no room for the event')
  }
  const { store, place, notifications } = openOrders(t, { enqueue: full })
  await assert.rejects(place(order, testContext()), /no room/)
  assert.equal(store.peek.findOrder('o'), undefined)
  assert.equal(notifications(), 0)
})

test('a repeated key is answered with the present state, and puts no second event into the outbox', async t => {
  const { store, place, events } = openOrders(t)
  await place(order, testContext())
  await assert.rejects(place(order, testContext()), { code: 'order-undecided' })
  await assert.rejects(place(other, testContext()), { code: 'key-reused' })
  await store.transact(tx => recordOutcome(tx, 'o', { status: 'reserved' }))
  const view = { orderId: 'o', status: 'reserved', notification: 'pending' }
  assert.deepEqual(await place(order, testContext()), { isNew: false, view })
  assert.equal(events().length, 1)
})

test('of orders that come at once exactly as many are stored as may be undecided, and the others when those are decided', async t => {
  const { store, place, events, health, occupancy, notifications } = openOrders(t, {}, 3)
  const places = () => occupancy.view().places.map(({ name, limit, taken }) => ({ name, limit, taken }))
  const ids = ['a', 'b', 'c', 'd', 'e']
  const answers = await Promise.allSettled(ids.map(orderId => place({ ...order, orderId }, testContext())))
  const refused = answers.flatMap(answer => (answer.status === 'rejected' ? [answer.reason as { code: string }] : []))
  assert.deepEqual(
    refused.map(({ code }) => code),
    ['overloaded', 'overloaded'],
  )
  assert.deepEqual(events(), ['OrderPlaced:a', 'OrderPlaced:b', 'OrderPlaced:c'])
  assert.equal(store.peek.findOrder('d'), undefined)
  assert.equal(notifications(), 3)
  await assert.rejects(place({ ...order, orderId: 'a' }, testContext()), { code: 'order-undecided' })
  assert.deepEqual(Object.keys(health.view().problems), ['orders'])
  assert.equal(health.view().healthy, true)
  assert.deepEqual(places(), [{ name: 'MAX_UNDECIDED', limit: 3, taken: 3 }])

  await store.transact(tx => recordOutcome(tx, 'a', { status: 'reserved' }))
  assert.deepEqual(health.view().problems, {})
  assert.equal(places()[0]?.taken, 2)
  assert.equal((await place({ ...order, orderId: 'd' }, testContext())).isNew, true)
})
