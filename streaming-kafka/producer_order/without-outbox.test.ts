import assert from 'node:assert/strict'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import { LabError } from '#common/contracts/errors.ts'
import { testContext } from '#common/testing/context.ts'
import { groupCommit } from '#common/stores/group-commit.ts'
import { recordOutcome } from '#common/workflow/record-outcome.ts'
import type { NewRecord } from '../broker/record.ts'
import { topicNames } from '../messaging/topics.ts'
import { produceWithinRequest, type ProduceParts } from './without-outbox.ts'
import { viewTables } from './orders-view.ts'

const order = { orderId: 'o-1', userId: 'ada', kitchenId: 'main', items: [{ sku: 'burger', quantity: 1 }] }
const other = { ...order, items: [{ sku: 'pizza', quantity: 1 }] }
const context = testContext()

/** `answer`: what the log says to each record. */
function placing(answer: () => Promise<void>, change: Partial<ProduceParts> = {}) {
  const db = new DatabaseSync(':memory:')
  const tables = viewTables(db)
  const sent: NewRecord[] = []
  const send = (record: NewRecord) => {
    sent.push(record)
    return answer()
  }
  const parts: ProduceParts = {
    kafka: { producer: { send, close: async () => {} }, topics: topicNames('') },
    store: { ...groupCommit(db, tables), read: tables },
    inFlight: new Map(),
    isReady: () => true,
    deadlineMs: 1_000,
    afterProduce: () => {},
    ...change,
  }
  return { parts, sent, tables, placeIt: produceWithinRequest(parts) }
}

const refused = (code: 'unavailable' | 'too-large' | 'deadline-passed') => () => Promise.reject(new LabError(code, 'x'))

test('a placed order is in the log and in the view before it is answered', async () => {
  const { placeIt, sent, tables } = placing(async () => {})
  assert.deepEqual(await placeIt(order, context), { isNew: true, view: { orderId: 'o-1', status: 'pending' } })
  assert.equal(sent[0]?.key, 'main')
  assert.equal(tables.findOrder('o-1')?.status, 'pending')
  await assert.rejects(placeIt(order, context), { code: 'order-undecided' })
  assert.equal(sent.length, 1)
})

test('a repeated key answers with the present state of the order and writes nothing', async () => {
  const { placeIt, sent, tables } = placing(async () => {})
  await placeIt(order, context)
  recordOutcome(tables, 'o-1', { status: 'reserved' })
  const view = { orderId: 'o-1', status: 'reserved', notification: 'pending' }
  assert.deepEqual(await placeIt(order, context), { isNew: false, view })
  assert.equal(sent.length, 1)
})

test('after 503 an order may be placed again, and after 504 it counts as placed until the log is read', async () => {
  for (const code of ['unavailable', 'too-large'] as const) {
    const away = placing(refused(code))
    await assert.rejects(away.placeIt(order, context), { code, orderId: 'o-1' })
    assert.equal(away.parts.inFlight.size, 0)
  }
  const late = placing(refused('deadline-passed'))
  await assert.rejects(late.placeIt(order, context), { code: 'deadline-passed' })
  await assert.rejects(late.placeIt(order, context), { code: 'order-undecided' })
  await assert.rejects(late.placeIt(other, context), { code: 'key-reused' })
  assert.equal(late.sent.length, 1)
  assert.equal(late.parts.inFlight.size, 1)
})

test('an order that is in the log but could not be stored is answered as unknown, not as "nothing happened"', async () => {
  const broken = placing(async () => {})
  const transact = () => Promise.reject(new LabError('store-failed', 'the disk is full'))
  const placeIt = produceWithinRequest({ ...broken.parts, store: { transact, read: broken.tables } })
  await assert.rejects(placeIt(order, context), { code: 'deadline-passed' })
})

test('no order is placed before the log has been read', async () => {
  const { placeIt, sent } = placing(async () => {}, { isReady: () => false })
  await assert.rejects(placeIt(order, context), { code: 'unavailable' })
  assert.equal(sent.length, 0)
})
