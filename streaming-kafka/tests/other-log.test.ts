// The log at the offsets that a store has read is no longer the one that was read. Nothing is skipped: reading stops and says so.
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { Admin } from '../broker/client.ts'
import { createHealth } from '#common/service/health.ts'
import { createOccupancy } from '#common/service/occupancy.ts'
import { createLog } from '#common/service/log.ts'
import { retryUntilClosed } from '#common/service/retry.ts'
import { openStore } from '#common/stores/store.ts'
import { waitFor } from '#host/wait-for.ts'
import { ownBroker, testBroker } from '#infra/testing/test-broker.ts'
import { createProducer } from '../broker/producer.ts'
import type { LogRecord } from '../broker/record.ts'
import { openConnection } from '../messaging/connection.ts'
import { materialize } from '../messaging/materialize.ts'
import { sentTables } from '../notification_consumer/notifications.ts'
import { topicSpecs } from '../messaging/topics.ts'

/** A reader of `notifications` with a store and topics of its own. */
async function reader(t: TestContext, brokers: string) {
  const prefix = `test-${randomBytes(6).toString('hex')}.`
  const folder = mkdtempSync(join(tmpdir(), 'streaming-kafka-other-log-'))
  const store = openStore(folder, 'materialized', sentTables)
  const closing = new AbortController()
  const health = createHealth()
  const kafka = openConnection('reader', {
    config: { KAFKA_BROKERS: brokers, PREFIX: prefix, TOPIC_FLUSH: 'off', GROUP_SETTINGS: 'quick' },
    log: createLog('test', 'silent'),
    health,
    occupancy: createOccupancy(),
    closing: closing.signal,
  })
  const running: Promise<void>[] = []
  t.after(async () => {
    closing.abort()
    await Promise.all(running)
    await kafka.admin.deleteTopics(topicSpecs(prefix).map(({ name }) => name))
    await kafka.close(Promise.resolve())
    store.close()
    rmSync(folder, { recursive: true, force: true })
  })
  await kafka.ready()
  const topic = kafka.topics.notifications
  const read: LogRecord[] = []
  return {
    kafka,
    store,
    topic,
    read,
    start(until: 'caught-up' | 'closed' = 'closed') {
      const apply = (_tx: unknown, records: readonly LogRecord[]) => void read.push(...records)
      const reading = materialize({ kafka, store, topics: ['notifications'], apply, until })
      running.push(reading)
      return reading
    },
    /** Writes to one partition, with a client that knows nothing of the topic before. */
    async write(count: number) {
      const producer = createProducer({ brokers, clientId: 'test' })
      const send = () => producer.send({ topic, key: 'one', value: Buffer.from('a record') })
      for (let index = 0; index < count; index++) await retryUntilClosed(kafka, 'writing', send)
      await producer.close()
    },
    untilRead: (count: number) =>
      waitFor(() => read.length === count, { deadlineMs: 60_000, what: `${count} records` }),
    untilProblem: (problem: RegExp) =>
      waitFor(() => problem.test(JSON.stringify(health.view())), {
        deadlineMs: 60_000,
        what: `health to say ${problem}`,
      }),
  }
}

test('a topic that is deleted and made again is read neither by a reader that runs nor by one that starts later', async t => {
  const { kafka, topic, read, start, write, untilRead, untilProblem } = await reader(t, testBroker('kafka'))
  await write(3)
  void start()
  await untilRead(3)
  await kafka.admin.deleteTopics([topic])
  await kafka.ready()
  // More than before, so that the position is within the log.
  await write(6)
  await untilProblem(/was deleted and made again; it is another log/)
  void start()
  await untilProblem(/was made again; this store belongs to another log/)
  assert.equal(read.length, 3)
})

test('a position before the first record that is left is not read on from, because records between were never read', async t => {
  const { store, topic, read, start, write, untilRead, untilProblem } = await reader(t, testBroker('kafka'))
  await write(5)
  void start()
  await untilRead(5)
  const { partition, epoch } = read[0] ?? assert.fail('nothing was read')
  const admin = new Admin({ clientId: 'test', bootstrapBrokers: [testBroker('kafka')] })
  t.after(() => admin.close())
  await admin.deleteRecords({ topics: [{ name: topic, partitions: [{ partition, offset: 4n }] }] })
  // As if it had been stopped after the second record, for longer than the others were kept.
  await store.transact(tx => tx.setPosition(topic, partition, 2n, epoch))
  void start()
  await untilProblem(/out of range|OFFSET_OUT_OF_RANGE|not within the range/i)
  assert.equal(read.length, 5)
})

test('records that were read and that the broker has lost are noticed, though others are in their place', async t => {
  const { address, broker, release } = await ownBroker(t, 'kafka')
  const { store, topic, read, start, write, untilProblem } = await reader(t, address)
  t.after(release) // runs after the topics are removed
  await write(5)
  await start('caught-up')
  const { partition, epoch } = read[0] ?? assert.fail('nothing was read')
  await broker.kill()
  await broker.start()
  // As if three more had been read that were not on the disk when the broker died. Each start of it is a new epoch.
  await store.transact(tx => tx.setPosition(topic, partition, 8n, epoch))
  await write(10)
  void start()
  await untilProblem(/from 5 to 8 were read and are lost/)
  assert.equal(read.length, 5)
})
