import assert from 'node:assert/strict'
import { DatabaseSync } from 'node:sqlite'
import { test, type TestContext } from 'node:test'
import { LabError } from '#common/contracts/errors.ts'
import { createFaultInjector } from '#common/faults/fault-injector.ts'
import { createHealth } from '#common/service/health.ts'
import { createOccupancy } from '#common/service/occupancy.ts'
import { createLog } from '#common/service/log.ts'
import { testContext } from '#common/testing/context.ts'
import { waitFor } from '#host/wait-for.ts'
import { groupCommit } from '#common/stores/group-commit.ts'
import { outboxTables } from '#common/stores/outbox.ts'
import type { NewRecord } from '../broker/record.ts'
import { topicNames } from '../messaging/topics.ts'
import { viewTables } from './orders-view.ts'
import { withOutbox } from './with-outbox.ts'
import { withoutOutbox } from './without-outbox.ts'

const order = (orderId: string) => ({ orderId, userId: 'ada', kitchenId: 'k', items: [{ sku: 'burger', quantity: 1 }] })
const log = createLog('test', 'silent')
const context = testContext()

/** The parts of both intakes, with a log that takes everything. */
function sampleParts(t: TestContext) {
  const db = new DatabaseSync(':memory:')
  const tables = { ...viewTables(db), ...outboxTables(db) }
  const closing = new AbortController()
  t.after(() => closing.abort())
  const sent: NewRecord[] = []
  const send = async (record: NewRecord) => void sent.push(record)
  const parts = {
    config: { MAX_UNDECIDED: 10, PRODUCE_DEADLINE_MS: 1_000, RELAY_WINDOW: 10 },
    store: groupCommit(db, tables),
    kafka: { producer: { send, close: async () => {} }, topics: topicNames('') },
    faultInjector: createFaultInjector({
      role: 'ORDER',
      environment: {},
      occupancy: createOccupancy(),
      faults: [],
      crashPoints: ['store-produce', 'produce-dequeue', 'produce-answer'],
    }),
    log,
    health: createHealth(),
    occupancy: createOccupancy(),
    closing: closing.signal,
  }
  return { parts, tables, sent, close: () => closing.abort() }
}

test('with the outbox a store that holds every accepted order takes orders at once, and the relay writes them when the log is read', async t => {
  const { parts, tables, sent, close } = sampleParts(t)
  tables.setBootstrapped(true)
  const { place, onCaughtUp, ended } = await withOutbox(parts)
  for (const orderId of ['o-1', 'o-2']) await place(order(orderId), context)
  for (let turn = 0; turn < 10; turn++) await new Promise(setImmediate)
  assert.equal(sent.length, 0)
  await onCaughtUp()
  await waitFor(() => tables.pendingEntries(0, 10).length === 0, { deadlineMs: 30_000, everyMs: 1, what: 'the relay' })
  const ids = sent.map(({ value }) => (JSON.parse(String(value && Buffer.from(value))) as { id: string }).id)
  assert.deepEqual(ids, ['OrderPlaced:o-1', 'OrderPlaced:o-2'])
  assert.deepEqual(
    sent.map(({ topic, key }) => `${topic}/${String(key)}`),
    ['orders/k', 'orders/k'],
  )
  close()
  await ended
})

test('with the outbox an order is in flight until it is stored', async t => {
  const { parts, tables } = sampleParts(t)
  tables.setBootstrapped(true)
  const { place, inFlight } = await withOutbox(parts)
  const answer = place(order('o-1'), context)
  assert.equal(inFlight(), 1)
  assert.deepEqual(await answer, { isNew: true, view: { orderId: 'o-1', status: 'pending' } })
  assert.equal(inFlight(), 0)
})

test('with the outbox a store that may lack accepted orders takes none until it has read the log', async t => {
  const { parts, tables } = sampleParts(t)
  const { place, onCaughtUp } = await withOutbox(parts)
  await assert.rejects(place(order('o-1'), context), { code: 'unavailable' })
  assert.equal(tables.findOrder('o-1'), undefined)
  await onCaughtUp()
  assert.equal((await place(order('o-1'), context)).isNew, true)
})

test('a relay that waits for the log to be read ends with its service', async t => {
  const { parts, close } = sampleParts(t)
  const { ended } = await withOutbox(parts)
  close()
  await ended
})

test('an order that was answered 504 is in flight until the view has read it', async t => {
  const { parts } = sampleParts(t)
  const sent: NewRecord[] = []
  const send = (record: NewRecord) => {
    sent.push(record)
    return Promise.reject(new LabError('deadline-passed', 'late'))
  }
  const { place, onCaughtUp, inFlight, onApplied } = await withoutOutbox({
    ...parts,
    kafka: { ...parts.kafka, producer: { ...parts.kafka.producer, send } },
  })
  await onCaughtUp()
  await assert.rejects(place(order('o-1'), context), { code: 'deadline-passed' })
  assert.equal(inFlight(), 1)
  const [record] = sent
  const value = Buffer.from(record?.value ?? '')
  onApplied([{ topic: 'orders', partition: 0, offset: 0n, epoch: 0, key: null, value, headers: [] }])
  assert.equal(inFlight(), 0)
})
