import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { createLog } from '#common/service/log.ts'
import { ordersTables } from '#common/stores/orders.ts'
import { outboxTables, type OutboxTables } from '#common/stores/outbox.ts'
import { openStore } from '#common/stores/store.ts'
import { placeWithOutbox } from './with-outbox.ts'

const order = { orderId: 'o', userId: 'u', kitchenId: 'k', items: [{ sku: 'burger', quantity: 1 }] }
const context = { correlationId: 'c', signal: new AbortController().signal, log: createLog('test', 'silent') }

function openOrders(t: TestContext, change: Partial<OutboxTables> = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'lab-place-'))
  const store = openStore(folder, 'orders', db => ({ ...ordersTables(db), ...outboxTables(db), ...change }))
  t.after(() => {
    store.close()
    rmSync(folder, { recursive: true })
  })
  let wakes = 0
  const placing = placeWithOutbox({ store, wakeRelay: () => wakes++, crashPoint: () => {} })
  return { store, placing, wakes: () => wakes }
}

test('an order and its event are kept together', async t => {
  const { store, placing, wakes } = openOrders(t)
  await placing(order, context)
  assert.equal(store.read.findOrder('o')?.status, 'pending')
  const [entry] = store.read.pendingEntries(0, 10)
  assert.equal((JSON.parse(entry?.body ?? '{}') as { id: string }).id, 'OrderPlaced:o')
  assert.equal(wakes(), 1)
})

test('an order whose event cannot be kept is not kept either', async t => {
  const full = () => {
    throw new Error('no room for the event')
  }
  const { store, placing, wakes } = openOrders(t, { enqueue: full })
  await assert.rejects(placing(order, context), /no room/)
  assert.equal(store.read.findOrder('o'), undefined)
  assert.equal(wakes(), 0)
})

test('a repeat puts no second event into the outbox', async t => {
  const { store, placing } = openOrders(t)
  await placing(order, context)
  await assert.rejects(placing(order, context), { code: 'order-undecided' })
  assert.equal(store.read.pendingEntries(0, 10).length, 1)
})
