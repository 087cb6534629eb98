// The producer is idempotent, which the client allows only when all in-sync replicas must acknowledge. A single broker
// cannot show how many did. But each batch shows the id of its producer.
import { Consumer } from '../broker/client.ts'
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { test } from 'node:test'
import { testBroker } from '#infra/testing/test-broker.ts'
import { createAdmin } from '../broker/admin.ts'
import { clientOptions } from '../broker/options.ts'
import { createProducer } from '../broker/producer.ts'

const brokers = testBroker('kafka')

test('the producer numbers its batches, so that the broker recognises a repeated one', async t => {
  const topic = `test-${randomBytes(6).toString('hex')}.numbered`
  const admin = createAdmin(brokers, 'test')
  await admin.ensureTopics([{ name: topic, partitions: 1 }], false)
  const producer = createProducer({ brokers, clientId: 'test' })
  const client = new Consumer({ ...clientOptions(brokers, 'test'), groupId: 'test' })
  t.after(async () => {
    await client.close(true)
    await producer.close()
    await admin.deleteTopics([topic])
    await admin.close()
  })
  await producer.send({ topic, key: 'k', value: Buffer.from('v') }, 10_000)
  const found = (await client.metadata({ topics: [topic] })).topics.get(topic)
  const from = {
    partition: 0,
    fetchOffset: 0n,
    currentLeaderEpoch: -1,
    lastFetchedEpoch: -1,
    partitionMaxBytes: 100_000,
  }
  const answer = await client.fetch({
    node: found?.partitions[0]?.leader ?? 0,
    topics: [{ topicId: found?.id ?? '', partitions: [from] }],
    minBytes: 1,
    maxBytes: 100_000,
    maxWaitTime: 1_000,
    isolationLevel: 0,
  })
  const batch = answer.responses[0]?.partitions[0]?.records?.[0]
  assert.ok(batch)
  assert.ok(batch.producerId >= 0n, `its producer is ${batch.producerId}`)
  assert.equal(batch.firstSequence, 0)
})
