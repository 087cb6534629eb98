// What is read of a log that others write to, and of which they delete.
import { Admin, Producer } from '../broker/client.ts'
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { test, type TestContext } from 'node:test'
import { LabError } from '#common/contracts/errors.ts'
import { createHealth } from '#common/service/health.ts'
import { createLog } from '#common/service/log.ts'
import { testBroker } from '#infra/testing/test-broker.ts'
import { createAdmin } from '../broker/admin.ts'
import { readAll } from '../broker/log-reader.ts'
import { createProducer } from '../broker/producer.ts'
import { streamingKafka } from '../lab/model.ts'
import { writeDeadLetter } from '../messaging/dead-letters.ts'
import { topicNames } from '../messaging/topics.ts'

const brokers = testBroker('kafka')

async function topicFor(t: TestContext, name: string) {
  const prefix = `test-${randomBytes(6).toString('hex')}.`
  const spec = { name: prefix + name, partitions: 1 }
  const admin = createAdmin(brokers, 'test')
  await admin.ensureTopics([spec], false)
  t.after(async () => {
    await admin.deleteTopics([spec.name])
    await admin.close()
  })
  return { prefix, spec, admin, topic: spec.name }
}

test('the records of a transaction are read when it is committed, not before, and never when it was aborted', async t => {
  const { spec, admin, topic } = await topicFor(t, 'transactions')
  const foreign = { clientId: 'test', bootstrapBrokers: [brokers], idempotent: true, transactionalId: topic }
  const producer = new Producer(foreign)
  t.after(() => producer.close(true))
  const write = async (texts: string[], end: 'commit' | 'abort') => {
    const transaction = await producer.beginTransaction()
    // Each is a batch of its own, and together they are more than one fetch.
    for (const text of texts)
      await transaction.send({ messages: [{ topic, partition: 0, value: Buffer.from(text.padEnd(300_000)) }] })
    const before = await textsRead()
    await transaction[end]()
    return before
  }
  const textsRead = async () =>
    (await readAll({ admin, brokers, name: 'test' }, [spec])).map(({ value }) => String(value).trim())
  assert.deepEqual(await write(['a', 'b', 'c'], 'abort'), [])
  assert.deepEqual(await write(['d', 'e', 'f'], 'commit'), [])
  assert.deepEqual(await write(['g', 'h', 'i'], 'abort'), ['d', 'e', 'f'])
  assert.deepEqual(await textsRead(), ['d', 'e', 'f'])
})

test('dead letters that are left are listed after those before them were deleted', async t => {
  const { prefix, admin, topic } = await topicFor(t, 'dead-letters')
  const producer = createProducer({ brokers, clientId: 'test' })
  const inspector = await streamingKafka.connect({ prefix, broker: { kafka: brokers }, url: () => '' })
  const raw = new Admin({ clientId: 'test', bootstrapBrokers: [brokers] })
  t.after(() => Promise.all([producer.close(), inspector.close(), raw.close()]))
  const parts = { health: createHealth(), log: createLog('test', 'silent'), closing: new AbortController().signal }
  for (const offset of [1n, 2n, 3n]) {
    const record = { topic: 'orders', partition: 0, offset, epoch: 0, key: null, value: null, headers: [] }
    await writeDeadLetter({ ...parts, producer, topics: topicNames(prefix) }, record, new LabError('malformed', 'x'), 1)
  }
  await raw.deleteRecords({ topics: [{ name: topic, partitions: [{ partition: 0, offset: 2n }] }] })
  const starts = await admin.starts([{ name: topic, partitions: 1 }])
  assert.deepEqual(starts.get(topic), [2n])
  assert.deepEqual(
    (await inspector.deadLetters()).map(({ id }) => id),
    ['orders/0/3'],
  )
})
