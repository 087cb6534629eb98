// What a service knows from the log, on the real broker: how far it read, and which stock holds.
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { randomBytes } from 'node:crypto'
import { test, type TestContext } from 'node:test'
import { testBroker } from '#infra/testing/test-broker.ts'
import { createHealth } from '#common/service/health.ts'
import { createLog } from '#common/service/log.ts'
import { openStore } from '#common/stores/store.ts'
import type { LogRecord } from '../broker/record.ts'
import { materialize } from '../messaging/materialize.ts'
import { agreeOnStock } from '../inventory_consumer/initial-stock.ts'
import { retryUntilClosed } from '../messaging/retry-until-closed.ts'
import { openConnection } from '../messaging/connection.ts'
import { sentTables } from '../notification_consumer/tables.ts'
import { topicSpecs } from '../messaging/topics.ts'

/** A connection behind a prefix of its own, with the topics made. */
async function ownConnection(t: TestContext) {
  const prefix = `test-${randomBytes(6).toString('hex')}.`
  const closing = new AbortController()
  const parts = { log: createLog('test', 'silent'), health: createHealth(), closing: closing.signal }
  const kafka = openConnection(
    'follower',
    { KAFKA_BROKERS: testBroker('kafka'), PREFIX: prefix, TOPIC_FLUSH: 'off' },
    parts,
  )
  await kafka.ready()
  t.after(async () => {
    closing.abort()
    await kafka.admin.deleteTopics(topicSpecs(prefix).map(({ name }) => name))
    await kafka.close(Promise.resolve())
  })
  return kafka
}

function ownStore(t: TestContext) {
  const folder = mkdtempSync(join(tmpdir(), 'streaming-kafka-follow-'))
  const store = openStore(folder, 'followed', sentTables)
  t.after(() => {
    store.close()
    rmSync(folder, { recursive: true, force: true })
  })
  return store
}

test('caught up means that all which was in the log at the start is in the store; each record is applied once', async t => {
  const kafka = await ownConnection(t)
  const store = ownStore(t)
  const write = (orderId: string) =>
    kafka.producer.send({ topic: kafka.topics.notifications, key: orderId, value: Buffer.from(orderId) })
  const followToEnd = async () => {
    let known = -1
    await materialize({
      kafka,
      store,
      topics: ['notifications'],
      chunk: 1,
      apply: (tx, { value }) => tx.append({ orderId: String(value), userId: 'ada', sentNs: 1 }),
      caughtUp: () => void (known = store.read.pageNotifications(0, 1_000).rows.length),
      until: 'end',
    })
    return known
  }
  await Promise.all(Array.from({ length: 50 }, (_, index) => write(`order-${index}`)))
  assert.equal(await followToEnd(), 50)
  await Promise.all([write('later'), write('latest')])
  assert.equal(await followToEnd(), 52)
  const ids = store.read.pageNotifications(0, 1_000).rows.map(({ orderId }) => orderId)
  assert.equal(new Set(ids).size, 52)
})

test('a position in the middle of a batch begins with its record, not with the batch', async t => {
  const kafka = await ownConnection(t)
  const store = ownStore(t)
  const topic = kafka.topics.notifications
  const ids = Array.from({ length: 10 }, (_, index) => `order-${index}`)
  await Promise.all(ids.map(id => kafka.producer.send({ topic, key: 'one', value: Buffer.from(id) })))
  // Just after a topic was made the broker may not lead it yet.
  const all = await retryUntilClosed(kafka, 'log', () => kafka.admin.ends(kafka.specs('notifications')))
  const ends = all?.get(topic) ?? []
  const partition = ends.indexOf(10n)
  await store.transact(tx => tx.setPosition(topic, partition, 4n))
  const read: string[] = []
  const apply = (_tx: unknown, { value }: LogRecord) => void read.push(String(value))
  await materialize({ kafka, store, topics: ['notifications'], apply, until: 'end' })
  assert.deepEqual(read, ids.slice(4))
})

test('of two who bring an initial stock at once, both go by the one that the log has first', async t => {
  const kafka = await ownConnection(t)
  const bring = (burger: number) =>
    retryUntilClosed(kafka, 'initial stock', () => agreeOnStock(kafka, { main: { burger } }))
  const [one, two] = await Promise.all([bring(1), bring(2)])
  assert.ok(one)
  assert.deepEqual(one, two)
  assert.deepEqual(await bring(3), one)
})
