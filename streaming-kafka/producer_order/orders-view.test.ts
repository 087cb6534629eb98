import assert from 'node:assert/strict'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import { inventoryEvent, orderPlaced } from '#common/contracts/events.ts'
import { webhooksTables } from '#common/stores/webhooks.ts'
import { viewOf } from '#common/workflow/present-order.ts'
import { type LogRecord, toHeaders } from '../broker/record.ts'
import { topicNames } from '../messaging/topics.ts'
import { applyTo, viewTables } from './orders-view.ts'

const topics = topicNames('')
const order = { orderId: 'o-1', userId: 'ada', kitchenId: 'main', items: [{ sku: 'burger', quantity: 1 }] }
const happened = { correlationId: 'c', occurredAt: '2026-01-01T00:00:00.000Z' }

const recordOf = (topic: string, value: unknown): LogRecord => ({
  topic,
  partition: 0,
  offset: 0n,
  epoch: 0,
  key: null,
  value: Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)),
  headers: [],
})

const placed = recordOf(topics.orders, orderPlaced(order, happened))
const reserved = recordOf(topics.inventoryEvents, inventoryEvent(order, { status: 'reserved' }, happened))
const failed = recordOf(
  topics.inventoryEvents,
  inventoryEvent(order, { status: 'failed', reason: 'out-of-stock' }, happened),
)
const sent = recordOf(topics.notifications, { order, ...happened, sentNs: 1 })

function viewAfter(records: LogRecord[]) {
  const tx = viewTables(new DatabaseSync(':memory:'))
  applyTo(topics)(tx, records)
  const { status, reason, notification } = tx.findOrder('o-1') ?? assert.fail('the order is not in the view')
  return { status, reason, notification }
}

test('the view of an order is the same in whatever sequence its records are read, and when they are read again', () => {
  const confirmed = { status: 'reserved', reason: null, notification: 'sent' }
  for (const records of [
    [placed, reserved, sent],
    [placed, sent, reserved],
    [reserved, placed, sent],
    [reserved, sent, placed],
    [sent, placed, reserved],
    [sent, reserved, placed],
    [placed, reserved, sent, placed, reserved, sent],
  ])
    assert.deepEqual(viewAfter(records), confirmed)
  for (const records of [
    [placed, failed],
    [failed, placed],
    [failed, placed, failed],
  ])
    assert.deepEqual(viewAfter(records), { status: 'failed', reason: 'out-of-stock', notification: null })
})

test('an order has one webhook due in whatever sequence its records are read, and again where a store is filled from the log', () => {
  for (const records of [
    [placed, reserved, sent],
    [sent, placed, reserved],
    [failed, placed, failed],
  ]) {
    const db = new DatabaseSync(':memory:')
    const tx = { ...viewTables(db), ...webhooksTables(db, true) }
    applyTo(topics)(tx, records)
    applyTo(topics)(tx, records)
    assert.deepEqual(
      tx.dueWebhooks(0, 10).map(({ orderId }) => orderId),
      ['o-1'],
    )
  }
})

test('poison in any of the topics changes nothing', () => {
  const poison = Object.values(topics).flatMap(topic =>
    ['', 'null', '[]', '{"type":"?"}'].map(text => recordOf(topic, text)),
  )
  const pending = { status: 'pending', reason: null, notification: null }
  assert.deepEqual(viewAfter([...poison, placed, ...poison]), pending)
})

const deadLetter: LogRecord = {
  ...placed,
  topic: topics.deadLetters,
  headers: toHeaders({
    'source-topic': topics.orders,
    reason: 'retries-exhausted',
    'dead-lettered-at': '2026-01-01T00:00:01.000Z',
  }),
}

test('an order that was dead-lettered shows it until it is decided, in whatever sequence the records are read', () => {
  const shown = (records: LogRecord[]) => {
    const tx = viewTables(new DatabaseSync(':memory:'))
    applyTo(topics)(tx, records)
    return viewOf(tx.findOrder('o-1') ?? assert.fail('the order is not in the view'))
  }
  const dead = {
    orderId: 'o-1',
    status: 'dead-lettered',
    reason: 'retries-exhausted',
    since: '2026-01-01T00:00:01.000Z',
  }
  assert.deepEqual(shown([placed, deadLetter]), dead)
  assert.deepEqual(shown([deadLetter, placed]), dead)
  const decided = { orderId: 'o-1', status: 'reserved', notification: 'pending' }
  for (const records of [
    [placed, deadLetter, reserved],
    [deadLetter, reserved, placed],
    [reserved, placed, deadLetter],
  ])
    assert.deepEqual(shown(records), decided)
})

test('a dead letter of another topic, without a reason of the table, or without a time changes nothing', () => {
  const variants: Record<string, string>[] = [
    { 'source-topic': topics.inventoryEvents, reason: 'malformed', 'dead-lettered-at': '2026-01-01T00:00:01.000Z' },
    { 'source-topic': topics.orders, reason: 'bad luck', 'dead-lettered-at': '2026-01-01T00:00:01.000Z' },
    { 'source-topic': topics.orders, reason: 'malformed', 'dead-lettered-at': 'yesterday' },
    { 'source-topic': topics.orders, reason: 'malformed' },
  ]
  const strange = variants.map(headers => ({ ...deadLetter, headers: toHeaders(headers) }))
  assert.deepEqual(viewAfter([...strange, placed, ...strange]), { status: 'pending', reason: null, notification: null })
})

test('a new store has no bootstrap marker, and afterwards the one that was set last', () => {
  const { isBootstrapped, setBootstrapped } = viewTables(new DatabaseSync(':memory:'))
  assert.equal(isBootstrapped(), false)
  for (const given of [true, true, false, false, true]) {
    setBootstrapped(given)
    assert.equal(isBootstrapped(), given)
  }
})
