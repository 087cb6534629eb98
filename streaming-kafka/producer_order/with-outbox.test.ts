import assert from 'node:assert/strict'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import { createLog } from '#common/service/log.ts'
import { groupCommit } from '#common/stores/group-commit.ts'
import { type OutboxTables, outboxTables } from '#common/stores/outbox.ts'
import { recordOutcome } from '#common/workflow/record-outcome.ts'
import { viewTables } from './orders-view.ts'
import { placeWithOutbox, type WithOutboxParts } from './with-outbox.ts'
import { bootstrapTables } from './bootstrap-marker.ts'

const order = { orderId: 'o-1', userId: 'ada', kitchenId: 'main', items: [{ sku: 'burger', quantity: 1 }] }
const other = { ...order, items: [{ sku: 'pizza', quantity: 1 }] }
const context = { correlationId: 'c', log: createLog('test', 'silent') }

function placing(change: Partial<OutboxTables> = {}, isReady = true) {
  const db = new DatabaseSync(':memory:')
  const tables = { ...viewTables(db), ...outboxTables(db), ...change }
  let wakes = 0
  const parts: WithOutboxParts = {
    store: groupCommit(db, tables),
    onTheirWay: new Set(),
    ready: () => isReady,
    wakeRelay: () => void wakes++,
    crashPoint: () => {},
  }
  const events = () => tables.pendingEntries(0, 10).map(({ body }) => (JSON.parse(body) as { id: string }).id)
  return { parts, tables, events, wakes: () => wakes, placeIt: placeWithOutbox(parts) }
}

test('an order and its event are kept together, and shown before the log knows of them', async () => {
  const { parts, placeIt, tables, events, wakes } = placing()
  const answer = placeIt(order, context)
  assert.equal(parts.onTheirWay.size, 1, 'it is on its way until it is stored')
  assert.deepEqual(await answer, { isNew: true, view: { orderId: 'o-1', status: 'pending' } })
  assert.equal(parts.onTheirWay.size, 0)
  assert.equal(tables.findOrder('o-1')?.status, 'pending')
  assert.deepEqual(events(), ['OrderPlaced:o-1'])
  assert.equal(wakes(), 1)
})

test('an order whose event cannot be kept is not kept either', async () => {
  const enqueue = () => {
    throw new Error('no room for the event')
  }
  const { parts, placeIt, tables, wakes } = placing({ enqueue })
  await assert.rejects(placeIt(order, context), /no room/)
  assert.equal(tables.findOrder('o-1'), undefined)
  assert.deepEqual([wakes(), parts.onTheirWay.size], [0, 0])
})

test('a repeat is told the present state, and puts no second event into the outbox', async () => {
  const { placeIt, tables, events } = placing()
  await placeIt(order, context)
  await assert.rejects(placeIt(order, context), { code: 'order-undecided' })
  await assert.rejects(placeIt(other, context), { code: 'key-reused' })
  recordOutcome(tables, 'o-1', { status: 'reserved' })
  const view = { orderId: 'o-1', status: 'reserved', notification: 'pending' }
  assert.deepEqual(await placeIt(order, context), { isNew: false, view })
  assert.equal(events().length, 1)
})

test('a store that may not hold all that was accepted takes nothing', async () => {
  const { placeIt, tables } = placing({}, false)
  await assert.rejects(placeIt(order, context), { code: 'unavailable' })
  assert.equal(tables.findOrder('o-1'), undefined)
})

test('a store is whole when it was said to be, and a new one is not', () => {
  const { isBootstrapped, setBootstrapped } = bootstrapTables(new DatabaseSync(':memory:'))
  assert.equal(isBootstrapped(), false)
  for (const said of [true, true, false, false, true]) {
    setBootstrapped(said)
    assert.equal(isBootstrapped(), said)
  }
})
