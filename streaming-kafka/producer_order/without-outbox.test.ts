import assert from 'node:assert/strict'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import { LabError } from '#common/contracts/errors.ts'
import { createFaultInjector } from '#common/faults/fault-injector.ts'
import { createHealth } from '#common/service/health.ts'
import { createOccupancy } from '#common/service/occupancy.ts'
import { createLog } from '#common/service/log.ts'
import { testContext } from '#common/testing/context.ts'
import { groupCommit } from '#common/stores/group-commit.ts'
import { outboxTables } from '#common/stores/outbox.ts'
import { recordOutcome } from '#common/workflow/record-outcome.ts'
import type { NewRecord } from '../broker/record.ts'
import { topicNames } from '../messaging/topics.ts'
import { viewTables } from './orders-view.ts'
import { faultsOf } from './settings.ts'
import { withoutOutbox } from './without-outbox.ts'

const order = { orderId: 'o-1', userId: 'ada', kitchenId: 'main', items: [{ sku: 'burger', quantity: 1 }] }
const other = { ...order, items: [{ sku: 'pizza', quantity: 1 }] }
const context = testContext()

type Options = { isRead?: boolean; transact?: () => Promise<never>; maxUndecided?: number }

/** `answer`: what the log answers to each record. */
async function openIntake(answer: () => Promise<void>, { isRead = true, transact, maxUndecided = 10 }: Options = {}) {
  const db = new DatabaseSync(':memory:')
  const tables = { ...viewTables(db), ...outboxTables(db) }
  const sent: NewRecord[] = []
  const send = (record: NewRecord) => {
    sent.push(record)
    return answer()
  }
  const { place, inFlight, onCaughtUp } = await withoutOutbox({
    config: { MAX_UNDECIDED: maxUndecided, PRODUCE_DEADLINE_MS: 1_000, RELAY_WINDOW: 1 },
    store: { ...groupCommit(db, tables), ...(transact && { transact }) },
    kafka: { producer: { send, close: async () => {} }, topics: topicNames('') },
    faultInjector: createFaultInjector({ ...faultsOf('off'), environment: {}, occupancy: createOccupancy() }),
    log: createLog('test', 'silent'),
    health: createHealth(),
    occupancy: createOccupancy(),
    closing: new AbortController().signal,
  })
  if (isRead) await onCaughtUp()
  return { place: (given = order) => place(given, context), inFlight, sent, tables }
}

const refused = (code: 'unavailable' | 'too-large' | 'deadline-passed') => () => Promise.reject(new LabError(code, 'x'))

test('a placed order is in the log and in the view before it is answered', async () => {
  const { place, sent, tables } = await openIntake(async () => {})
  assert.deepEqual(await place(), { isNew: true, view: { orderId: 'o-1', status: 'pending' } })
  assert.equal(sent[0]?.key, 'main')
  assert.equal(tables.findOrder('o-1')?.status, 'pending')
  await assert.rejects(place(), { code: 'order-undecided' })
  assert.equal(sent.length, 1)
})

test('a repeated key answers with the present state of the order and writes nothing', async () => {
  const { place, sent, tables } = await openIntake(async () => {})
  await place()
  recordOutcome(tables, 'o-1', { status: 'reserved' })
  const view = { orderId: 'o-1', status: 'reserved', notification: 'pending' }
  assert.deepEqual(await place(), { isNew: false, view })
  assert.equal(sent.length, 1)
})

test('after 503 an order may be placed again, and after 504 it counts as placed until the log is read', async () => {
  for (const code of ['unavailable', 'too-large'] as const) {
    const away = await openIntake(refused(code))
    await assert.rejects(away.place(), { code, orderId: 'o-1' })
    assert.equal(away.inFlight(), 0)
  }
  const late = await openIntake(refused('deadline-passed'))
  await assert.rejects(late.place(), { code: 'deadline-passed' })
  await assert.rejects(late.place(), { code: 'order-undecided' })
  await assert.rejects(late.place(other), { code: 'key-reused' })
  assert.equal(late.sent.length, 1)
  assert.equal(late.inFlight(), 1)
})

test('an order that is in the log but could not be stored is answered as unknown, not as "nothing happened"', async () => {
  const transact = () => Promise.reject(new LabError('store-failed', 'the disk is full'))
  const { place } = await openIntake(async () => {}, { transact })
  await assert.rejects(place(), { code: 'deadline-passed' })
})

test('no order is placed before the log has been read', async () => {
  const { place, sent } = await openIntake(async () => {}, { isRead: false })
  await assert.rejects(place(), { code: 'unavailable' })
  assert.equal(sent.length, 0)
})

test('with too many undecided orders nothing is produced, also while those are on their way to the log', async () => {
  const acked = Promise.withResolvers<void>()
  const { place, sent, tables } = await openIntake(() => acked.promise, { maxUndecided: 1 })
  const placing = place()
  const second = { ...order, orderId: 'o-2' }
  await assert.rejects(place(second), { code: 'overloaded' })
  acked.resolve()
  await placing
  await assert.rejects(place(second), { code: 'overloaded' })
  await assert.rejects(place(), { code: 'order-undecided' })
  assert.equal(sent.length, 1)
  assert.equal(tables.findOrder('o-2'), undefined)
  recordOutcome(tables, 'o-1', { status: 'reserved' })
  assert.equal((await place(second)).isNew, true)
})
