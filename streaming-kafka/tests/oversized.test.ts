// Batches that a broker takes, and that are more than what a service may hold when they are read, or damaged.
import {
  type CompressionAlgorithmValue,
  compressionsAlgorithms,
  type MessageToProduce,
  Producer,
} from '../broker/client.ts'
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { test, type TestContext } from 'node:test'
import { gzipSync, zstdCompressSync } from 'node:zlib'
import { orderPlaced } from '#common/contracts/events.ts'
import { assertSound } from '#conformance/assert-sound.ts'
import { namesOf, startSystem } from '#conformance/test-system.ts'
import { streamingKafka } from '../lab/model.ts'
import { brokenBatch, rawBatch, recordBytes, writeRaw, xerial } from './support/raw-batches.ts'
import { asSent, type KafkaSystem, order, placeMany, recordsOf } from './support/system.ts'

const MEBIBYTE = 1024 * 1024
const MAX_HELD_MB = 200

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

/** The bytes of two records with orders, and where the second begins. */
function twoOrders() {
  const records = [1, 2].map(() => {
    const about = { correlationId: 'c', occurredAt: '2026-01-01T00:00:00.000Z' }
    const event = orderPlaced({ orderId: randomUUID(), ...order('framed', 'kitchen-1') }, about)
    return { key: Buffer.from('kitchen-1'), value: Buffer.from(JSON.stringify(event)) }
  })
  return { bytes: recordBytes(records), second: recordBytes(records.slice(0, 1)).length }
}

/** Orders in more than one frame, or in one whose own checksum is wrong: each as the Java client reads it. */
function unusualBatches(): Buffer[] {
  const framed = (codec: number, compress: (bytes: Buffer) => Buffer) => {
    const { bytes, second } = twoOrders()
    const body = Buffer.concat([compress(bytes.subarray(0, second)), compress(bytes.subarray(second))])
    return rawBatch({ body, codec, count: 2 })
  }
  const ofLz4 = compressionsAlgorithms.lz4.compressSync(twoOrders().bytes)
  // The frame says that a checksum of its content follows, and none of that is right.
  const lz4 = Buffer.concat([Buffer.from('04224d18646085', 'hex'), ofLz4.subarray(7), Buffer.from('nope')])
  return [
    framed(1, gzipSync),
    framed(2, xerial),
    framed(4, zstdCompressSync),
    rawBatch({ body: lz4, codec: 3, count: 2 }),
  ]
}

/** Batches that the broker takes, and that cannot be read. */
function unreadableBatches(): Buffer[] {
  const { bytes } = twoOrders()
  const garbageBehind = Buffer.concat([gzipSync(bytes), Buffer.from('garbage')])
  const negativeKey = Buffer.from(recordBytes([{ value: Buffer.from('v') }]))
  negativeKey.writeInt8(9, 4)
  return [
    brokenBatch(),
    rawBatch({ body: garbageBehind, codec: 1, count: 2 }),
    rawBatch({ body: gzipSync(negativeKey), codec: 1, count: 1 }),
  ]
}

/** Writes batches to partition 0 of a topic, and resolves with the offsets that each has, as `first-last`. */
async function writeRawBatches({ deployment }: KafkaSystem, name: string, batches: Buffer[]): Promise<string[]> {
  const topic = deployment.prefix + name
  const written: string[] = []
  for (const batch of batches) {
    const first = await writeRaw(deployment.broker.kafka ?? '', topic, batch)
    written.push(`${topic}/0/${first}-${first + BigInt(batch.readInt32BE(23))}`)
  }
  return written
}

/** What a service has held at most since its start, in MB, beside the files that are mapped (Node itself); 0 where the system does not say. */
function heldMb({ processOf }: KafkaSystem, service: string): number {
  const file = `/proc/${processOf(service)?.pid}/status`
  const status = existsSync(file) ? readFileSync(file, 'utf8') : ''
  const kilobytes = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1] ?? 0)
  return Math.round(((kilobytes('VmHWM') - kilobytes('RssFile')) * 1_024) / 1e6)
}

test('a batch that becomes too large or cannot be read is one dead letter, no service holds more than 200 MB, and the orders behind it are decided', async t => {
  const system = await startSystem(t, streamingKafka)
  assertSound((await placeMany(system.url('producer_order'), 20)) && (await system.untilQuiescent(20)))

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
  await writeRawBatches(system, 'orders', unusualBatches())
  const unreadable = await writeRawBatches(system, 'orders', unreadableBatches())
  const unreadableEvents = await writeRawBatches(system, 'inventory-events', [brokenBatch()])
  for (const topic of ['inventory-events', 'notifications', 'dead-letters'])
    await writeBatches(t, system, topic, batches.slice(0, 2))
  for (const topic of ['notifications', 'dead-letters']) await writeRawBatches(system, topic, [brokenBatch()])

  await placeMany(system.url('producer_order'), 40)
  await system.untilQuiescent(68)
  for (const service of namesOf(streamingKafka)) {
    const held = heldMb(system, service)
    t.diagnostic(`${service} held ${held} MB`)
    assert.ok(held <= MAX_HELD_MB, `${service} held ${held} MB`)
  }
  // Each batch of orders, each of the seven records, and three batches of events.
  const count = ids.length + 7 + unreadable.length + 3
  const letters = await system.untilDeadLetters(count)
  assert.equal(letters.length, count)
  assertSound(await system.untilQuiescent(68), { raw: letters.map(asSent) })
  for (const [reason, some] of [
    ['too-large', ids],
    ['malformed', [...unreadable, ...unreadableEvents]],
  ] as const) {
    for (const id of some)
      assert.deepEqual(
        letters.filter(letter => letter.id === id).map(({ reason: why, attempts, body }) => [why, attempts, body]),
        [[reason, 1, '']],
        id,
      )
    await assert.rejects(system.inspector.redrive(some[0] ?? ''), { code: reason, message: /nothing to send again/ })
  }
  assert.ok((await recordsOf(system, 'dead-letters')).length >= count)
})
