import assert from 'node:assert/strict'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import { LabError } from '#common/contracts/errors.ts'
import { inventoryEvent } from '#common/contracts/events.ts'
import { testContext } from '#common/testing/context.ts'
import { groupCommit } from '#common/stores/group-commit.ts'
import { acknowledgementTimes } from '#common/stores/kept-times.ts'
import { createWorkProgress } from '../messaging/work-progress.ts'
import type { NewRecord } from '../broker/record.ts'
import { topicNames } from '../messaging/topics.ts'
import { sendAndStore, type SendParts } from './send-notification.ts'
import { sentTables } from './notifications.ts'

const order = { orderId: 'o-1', userId: 'ada', kitchenId: 'main', items: [{ sku: 'burger', quantity: 1 }] }
const event = inventoryEvent(
  order,
  { status: 'reserved' },
  { correlationId: 'c', occurredAt: '2026-01-01T00:00:00.000Z' },
)
const record = { topic: 'inventory-events', partition: 0, offset: 0n, epoch: 0, key: null, value: null, headers: [] }
const context = testContext()

/** `failures`: how many of the next attempts the store and the log refuse. */
function sending(failures: { store?: number; log?: number }) {
  const db = new DatabaseSync(':memory:')
  const tables = sentTables(db)
  const kept = groupCommit(db, tables)
  const sent: NewRecord[] = []
  const acknowledged = acknowledgementTimes()
  let { store: full = 0, log: away = 0 } = failures
  const transact: typeof kept.transact = work =>
    full-- > 0 ? Promise.reject(new LabError('store-failed', 'the disk is full')) : kept.transact(work)
  const parts: SendParts = {
    kafka: {
      producer: {
        async send(one) {
          if (away-- > 0) throw new LabError('unavailable', 'the broker is away')
          sent.push(one)
        },
        close: async () => {},
      },
      topics: topicNames(''),
    },
    store: { ...kept, transact },
    progress: createWorkProgress(),
    acknowledged,
    afterProduce: () => {},
    afterStore: () => {},
  }
  const handle = sendAndStore(parts)
  const sendIt = () => {
    assert.ok(event.type === 'InventoryReserved')
    return handle({ orderId: 'o-1', userId: 'ada', event, record }, context)
  }
  return { sent, tables, sendIt, keptNs: acknowledged.keptNs }
}

test('a store that is full for a while costs no second notification', async () => {
  const { sent, tables, sendIt } = sending({ store: 3 })
  for (let attempt = 0; attempt < 3; attempt++) await assert.rejects(sendIt(), { code: 'store-failed' })
  assert.equal(tables.wasSent('o-1'), false)
  await sendIt()
  assert.equal(tables.wasSent('o-1'), true)
  await sendIt()
  assert.equal(sent.length, 1)
})

test('a notification that the log refused is sent at the next attempt', async () => {
  const { sent, sendIt } = sending({ log: 1 })
  await assert.rejects(sendIt(), { code: 'unavailable' })
  await sendIt()
  assert.equal(sent.length, 1)
})

test('a notification is kept when the log has acknowledged it', async () => {
  const { sent, sendIt, keptNs } = sending({})
  await sendIt()
  const { sentNs } = JSON.parse(String(sent[0]?.value)) as { sentNs: number }
  assert.ok((keptNs(sentNs) ?? 0) > sentNs)
  assert.equal(keptNs(sentNs - 1), null)
})

test('two duplicates of an event at once are one notification', async () => {
  const { sent, sendIt } = sending({})
  await Promise.all([sendIt(), sendIt()])
  assert.equal(sent.length, 1)
})
