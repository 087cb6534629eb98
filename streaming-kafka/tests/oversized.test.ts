// Records that are small on their way and become larger than what a service may hold.
import { type CompressionAlgorithmValue, type MessageToProduce, Producer } from '../broker/client.ts'
import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { test, type TestContext } from 'node:test'
import { assertSound } from '#conformance/assert-sound.ts'
import { namesOf, startSystem } from '#conformance/test-system.ts'
import { streamingKafka } from '../lab/model.ts'
import { type KafkaSystem, placeMany, recordsOf } from './support/system.ts'

const MEBIBYTE = 1024 * 1024
const MAX_GROWTH = 200

type Message = Omit<MessageToProduce<Buffer, Buffer, Buffer, Buffer>, 'topic' | 'partition'>

/** Writes each as one batch to partition 0 of a topic, and resolves with the offsets that it has, as `first-last`. */
async function writeBatches(
  t: TestContext,
  { deployment }: KafkaSystem,
  name: string,
  batches: [CompressionAlgorithmValue, Message[]][],
): Promise<string[]> {
  const producer = new Producer<Buffer, Buffer, Buffer, Buffer>({
    clientId: 'test',
    bootstrapBrokers: [deployment.broker.kafka ?? ''],
  })
  t.after(() => producer.close())
  const written: string[] = []
  for (const [compression, some] of batches) {
    const messages = some.map(message => ({ ...message, topic: deployment.prefix + name, partition: 0 }))
    const { offsets } = await producer.send({ messages, compression })
    const first = offsets?.[0]?.offset ?? -1n
    written.push(`${deployment.prefix}${name}/0/${first}-${first + BigInt(messages.length - 1)}`)
  }
  return written
}

/** Resident bytes at most since the start of a service; 0 where the system does not say. */
function peakOf({ processOf }: KafkaSystem, service: string): number {
  const file = `/proc/${processOf(service)?.pid}/status`
  const status = existsSync(file) ? readFileSync(file, 'utf8') : ''
  return Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0) * 1024
}

test('a batch that becomes too large is one dead letter, no service grows much, and the orders behind it are decided', async t => {
  const system = await startSystem(t, streamingKafka)
  const services = namesOf(streamingKafka)
  assertSound((await placeMany(system.url('producer_order'), 20)) && (await system.untilQuiescent(20)))
  const before = services.map(service => peakOf(system, service))

  const zeros = (mebibytes: number): Message => ({ value: Buffer.alloc(mebibytes * MEBIBYTE) })
  const headers = new Map(Array.from({ length: 60_000 }, (_, at) => [Buffer.from(String(at)), Buffer.alloc(80)]))
  const batches: [CompressionAlgorithmValue, Message[]][] = [
    ['zstd', [zeros(200)]],
    ['gzip', [zeros(40)]],
    ['lz4', [zeros(40)]],
    ['snappy', [zeros(12)]],
    ['gzip', [{ headers }, { headers }]],
    ['gzip', Array(100_000).fill({ key: Buffer.from('k') })],
  ]
  const ids = await writeBatches(t, system, 'orders', batches)
  await writeBatches(t, system, 'orders', [['gzip', Array.from({ length: 7 }, () => zeros(1))]])
  for (const topic of ['inventory-events', 'notifications', 'dead-letters'])
    await writeBatches(t, system, topic, batches.slice(0, 2))

  assertSound((await placeMany(system.url('producer_order'), 40)) && (await system.untilQuiescent(60)))
  for (const [at, service] of services.entries()) {
    const growth = Math.round((peakOf(system, service) - (before[at] ?? 0)) / MEBIBYTE)
    t.diagnostic(`${service} grew by ${growth} MiB`)
    assert.ok(growth <= MAX_GROWTH, `${service} grew by ${growth} MiB`)
  }
  // Each batch of orders, each of the seven records, and two batches of events.
  const count = ids.length + 7 + 2
  const letters = await system.untilDeadLetters(count)
  assert.equal(letters.length, count)
  for (const id of ids)
    assert.deepEqual(
      letters.filter(letter => letter.id === id).map(({ reason, attempts, body }) => [reason, attempts, body]),
      [['too-large', 1, '']],
    )
  await assert.rejects(system.inspector.redrive(ids[0] ?? ''), { code: 'too-large', message: /nothing to send again/ })
  assert.ok((await recordsOf(system, 'dead-letters')).length >= count)
})
