import assert from 'node:assert/strict'
import { DatabaseSync } from 'node:sqlite'
import { test, type TestContext } from 'node:test'
import { LabError } from '#common/contracts/errors.ts'
import { createFaultInjector } from '#common/faults/fault-injector.ts'
import { createHealth } from '#common/service/health.ts'
import { createLog } from '#common/service/log.ts'
import { waitFor } from '#host/wait-for.ts'
import { groupCommit } from '#common/stores/group-commit.ts'
import { outboxTables } from '#common/stores/outbox.ts'
import type { NewRecord } from '../broker/record.ts'
import { topicNames } from '../messaging/topics.ts'
import { direct, relayed } from './placing.ts'
import { viewTables } from './orders-view.ts'
import { bootstrapTables } from './bootstrap-marker.ts'

const order = (orderId: string) => ({ orderId, userId: 'ada', kitchenId: 'k', items: [{ sku: 'burger', quantity: 1 }] })
const log = createLog('test', 'silent')
const context = { correlationId: 'c', log, signal: new AbortController().signal }

/** What both compositions are made of, with a log that takes everything. */
function made(t: TestContext) {
  const db = new DatabaseSync(':memory:')
  const tables = { ...viewTables(db), ...outboxTables(db), ...bootstrapTables(db) }
  const closing = new AbortController()
  t.after(() => closing.abort())
  const sent: NewRecord[] = []
  const send = async (record: NewRecord) => void sent.push(record)
  const parts = {
    config: { PRODUCE_DEADLINE_MS: 1_000, RELAY_WINDOW: 10 },
    store: { ...groupCommit(db, tables), read: tables, close: () => {} },
    kafka: { producer: { send, close: async () => {} }, topics: topicNames('') },
    switchboard: createFaultInjector({
      role: 'ORDER',
      environment: {},
      faults: [],
      crashPoints: ['store-produce', 'produce-dequeue', 'produce-answer'],
    }),
    log,
    health: createHealth(),
    closing: closing.signal,
  }
  return { parts, tables, sent, close: () => closing.abort() }
}

test('with the outbox a whole store takes orders, and none is written into a log before it was read', async t => {
  const { parts, tables, sent, close } = made(t)
  tables.setBootstrapped(true)
  const { place, caughtUp, ended } = await relayed(parts)
  for (const orderId of ['o-1', 'o-2']) await place(order(orderId), context)
  for (let turn = 0; turn < 10; turn++) await new Promise(setImmediate)
  assert.equal(sent.length, 0)
  await caughtUp()
  await waitFor(() => tables.pendingEntries(0, 10).length === 0, { deadlineMs: 30_000, everyMs: 1, what: 'the relay' })
  const ids = sent.map(({ value }) => (JSON.parse(String(value && Buffer.from(value))) as { id: string }).id)
  assert.deepEqual(ids, ['OrderPlaced:o-1', 'OrderPlaced:o-2'])
  assert.deepEqual(
    sent.map(({ topic, key }) => `${topic}/${key}`),
    ['orders/k', 'orders/k'],
  )
  close()
  await ended
})

test('a relay that never came to read the log ends with its service', async t => {
  const { parts, close } = made(t)
  const { ended } = await relayed(parts)
  close()
  await ended
})

test('what was told 504 is on its way until the view has read it', async t => {
  const { parts } = made(t)
  const sent: NewRecord[] = []
  const send = (record: NewRecord) => {
    sent.push(record)
    return Promise.reject(new LabError('deadline-passed', 'late'))
  }
  const { place, caughtUp, onTheirWay, applied } = await direct({
    ...parts,
    kafka: { ...parts.kafka, producer: { ...parts.kafka.producer, send } },
  })
  await caughtUp()
  await assert.rejects(place(order('o-1'), context), { code: 'deadline-passed' })
  assert.equal(onTheirWay(), 1)
  const [record] = sent
  const value = Buffer.from(record?.value ?? '')
  applied([{ topic: 'orders', partition: 0, offset: 0n, key: 'k', value, headers: {} }])
  assert.equal(onTheirWay(), 0)
})
