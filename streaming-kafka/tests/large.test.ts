// Records that are too large for the broker, as a batch or alone, must not block other records.
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { test, type TestContext } from 'node:test'
import { testBroker } from '#infra/testing/test-broker.ts'
import { createAdmin } from '../broker/admin.ts'
import { createProducer } from '../broker/producer.ts'

const brokers = testBroker('kafka')
const kilobytes = (count: number) => Buffer.alloc(count * 1024, 'x')

async function topicFor(t: TestContext) {
  const topic = `test-${randomBytes(6).toString('hex')}.large`
  const spec = { name: topic, partitions: 1 }
  const admin = createAdmin(brokers, 'test')
  await admin.ensureTopics([spec], false)
  const producer = createProducer({ brokers, clientId: 'test' })
  t.after(async () => {
    await producer.close()
    await admin.deleteTopics([topic])
    await admin.close()
  })
  const records = async () => Number((await admin.ends([spec])).get(topic)?.[0] ?? -1n)
  const send = (value: Buffer) => producer.send({ topic, key: 'k', value }, 30_000)
  return { send, records }
}

test('a burst of large records is written in batches of a size that the broker accepts', async t => {
  const { send, records } = await topicFor(t)
  await Promise.all(Array.from({ length: 100 }, () => send(kilobytes(64))))
  assert.equal(await records(), 100)
})

test('a record that is too large for the broker is refused, and the records sent with it are written', async t => {
  const { send, records } = await topicFor(t)
  const small = [send(kilobytes(1)), send(kilobytes(1))]
  const large = assert.rejects(send(kilobytes(3_000)), { code: 'too-large' })
  const later = send(kilobytes(1))
  await Promise.all([...small, large, later])
  assert.ok((await records()) >= 3)
})
