// What a service materializes from the log of a real broker: its records, its position, and the initial stock.
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { Admin } from '../broker/client.ts'
import { testBroker } from '#infra/testing/test-broker.ts'
import { openStore } from '#common/stores/store.ts'
import { retryUntilClosed } from '#common/service/retry.ts'
import type { LogRecord } from '../broker/record.ts'
import { materialize } from '../messaging/materialize.ts'
import { agreeOnStock } from '../inventory_consumer/restore.ts'
import { sentTables } from '../notification_consumer/notifications.ts'
import { testConnection } from './support/connection.ts'

const textOf = ({ value }: LogRecord): string => String(value)

function ownStore(t: TestContext) {
  const folder = mkdtempSync(join(tmpdir(), 'streaming-kafka-materialize-'))
  const store = openStore(folder, 'materialized', sentTables)
  t.after(() => {
    store.close()
    rmSync(folder, { recursive: true, force: true })
  })
  return store
}

test('caught up, a store holds every record that was in the log at the start, each applied once', async t => {
  const { kafka } = await testConnection(t, 'materializer')
  const store = ownStore(t)
  const write = (orderId: string) =>
    kafka.producer.send({ topic: kafka.topics.notifications, key: orderId, value: Buffer.from(orderId) })
  const catchUp = async () => {
    let known = -1
    await materialize({
      kafka,
      store,
      topics: ['notifications'],
      chunk: () => 1,
      apply(tx, [{ value } = assert.fail()]) {
        tx.append({ orderId: String(value), userId: 'ada', sentNs: 1 })
      },
      onCaughtUp: () => void (known = store.peek.pageNotifications(0, 1_000).rows.length),
      until: 'caught-up',
    })
    return known
  }
  await Promise.all(Array.from({ length: 50 }, (_, index) => write(`order-${index}`)))
  assert.equal(await catchUp(), 50)
  await Promise.all([write('later'), write('latest')])
  assert.equal(await catchUp(), 52)
  const ids = store.peek.pageNotifications(0, 1_000).rows.map(({ orderId }) => orderId)
  assert.equal(new Set(ids).size, 52)
})

test('a position in the middle of a batch starts at that record, not at the batch', async t => {
  const { kafka } = await testConnection(t, 'materializer')
  const store = ownStore(t)
  const topic = kafka.topics.notifications
  const ids = Array.from({ length: 10 }, (_, index) => `order-${index}`)
  await Promise.all(ids.map(id => kafka.producer.send({ topic, key: 'one', value: Buffer.from(id) })))
  // The broker may not lead a topic yet that was created a moment ago.
  const all = await retryUntilClosed(kafka, 'log', () => kafka.admin.ends(kafka.specs('notifications')))
  const ends = all?.get(topic) ?? []
  const partition = ends.indexOf(10n)
  await store.transact(tx => tx.setPosition(topic, partition, 4n, -1))
  const read: string[] = []
  const apply = (_tx: unknown, records: readonly LogRecord[]) => void read.push(...records.map(textOf))
  await materialize({ kafka, store, topics: ['notifications'], apply, until: 'caught-up' })
  assert.deepEqual(read, ids.slice(4))
})

test('where old records may be deleted, what is left of the topic is read', async t => {
  const { kafka } = await testConnection(t, 'materializer')
  const topic = kafka.topics.deadLetters
  for (const id of ['one', 'two', 'three']) await kafka.producer.send({ topic, key: id, value: Buffer.from(id) })
  const raw = new Admin({ clientId: 'test', bootstrapBrokers: [testBroker('kafka')] })
  t.after(() => raw.close())
  await raw.deleteRecords({ topics: [{ name: topic, partitions: [{ partition: 0, offset: 2n }] }] })
  const read: string[] = []
  const apply = (_tx: unknown, records: readonly LogRecord[]) => void read.push(...records.map(textOf))
  await materialize({
    kafka,
    store: ownStore(t),
    topics: ['deadLetters'],
    mayBeDeleted: ['deadLetters'],
    apply,
    until: 'caught-up',
  })
  assert.deepEqual(read, ['three'])
})

test('two services that write an initial stock at once agree on the record that is first in the log', async t => {
  const { kafka } = await testConnection(t, 'materializer')
  const agree = (burger: number) =>
    retryUntilClosed(kafka, 'initial stock', () => agreeOnStock(kafka, { main: { burger } }))
  const [one, two] = await Promise.all([agree(1), agree(2)])
  assert.ok(one)
  assert.deepEqual(one, two)
  assert.deepEqual(await agree(3), one)
})
