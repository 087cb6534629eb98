import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { getJson } from '#engine/run/http.ts'
import { waitFor } from '#host/wait-for.ts'
import { sharedSystem } from '#conformance/test-system.ts'
import { streamingKafka } from '../lab/model.ts'
import { call, type KafkaSystem, order, placeMany, PRODUCER } from './support/system.ts'

const ANALYTICS = 'analytics_consumer'

const shared = sharedSystem(streamingKafka, {
  openingStock: { 'kitchen-0': { burger: 3 } },
  environments: {
    // An order is accepted also where the machine is full and the broker has just started.
    [PRODUCER]: { PRODUCE_DEADLINE_MS: '10000' },
    // It matters only while a fault is set.
    [ANALYTICS]: { CONCURRENCY: '8' },
  },
})

type Progress = { partitions: { topic: string; partition: number; next: number; records: number }[] }

async function readUpTo(system: KafkaSystem, pins: Record<string, number[]>): Promise<Progress> {
  const reached = async () => {
    const progress = (await getJson(`${system.url(ANALYTICS)}/progress`)) as Progress
    const next = (topic: string, partition: number) =>
      progress.partitions.find(p => p.topic === system.deployment.prefix + topic && p.partition === partition)?.next ??
      0
    return Object.entries(pins).every(([topic, ends]) => ends.every((end, p) => next(topic, p) >= end)) && progress
  }
  return waitFor(reached, { deadlineMs: 60_000, what: 'analytics to reach the pinned offsets' })
}

const pin = ({ inspector }: KafkaSystem) =>
  inspector.operations['pin-offsets']({ topics: ['orders', 'inventory-events'] })

async function recompute(system: KafkaSystem): Promise<void> {
  await system.kill(ANALYTICS)
  await system.wipe(ANALYTICS)
  await system.inspector.operations['reset-offsets']({ group: ANALYTICS })
  await system.start(ANALYTICS)
}

test('metrics computed again from the beginning of the log are equal byte for byte, and one more record makes them differ', async () => {
  const system = shared()
  const base = system.url('producer_order')
  const orders = (await system.evidence()).orders.length + 150
  await placeMany(base, 150)
  await system.untilQuiescent(orders)
  const pins = await pin(system)
  const first = await readUpTo(system, pins)
  const file = join(system.dataOf(ANALYTICS), 'metrics.json')
  const isWritten = async () => {
    const answer = await call(`${system.url(ANALYTICS)}/metrics.json`, 'GET')
    const text = readFileSync(file, 'utf8')
    return JSON.stringify(JSON.parse(text)) === JSON.stringify(answer.body) && text
  }
  const before = await waitFor(isWritten, { deadlineMs: 60_000, what: 'the file to equal the answer of the route' })
  const failed = (await system.evidence()).decisions.filter(({ outcome }) => outcome.status === 'failed').length
  assert.ok(failed > 0)
  assert.deepEqual(Object.keys(JSON.parse(before)), ['failureRate', 'orders', 'ordersPerMinute', 'outcomes'])
  assert.partialDeepStrictEqual(JSON.parse(before), { orders, outcomes: { failed, reserved: orders - failed } })

  await recompute(system)
  // A restart in the middle: the numbers of records are stored together with the positions.
  await system.kill(ANALYTICS)
  await system.start(ANALYTICS)
  const second = await readUpTo(system, pins)
  assert.deepEqual(second, first)
  assert.equal(await waitFor(isWritten, { deadlineMs: 60_000, what: 'the file to be written' }), before)

  await call(`${base}/order`, 'POST', order('one more', 'kitchen-1'))
  await system.untilQuiescent(orders + 1)
  await recompute(system)
  await readUpTo(system, await pin(system))
  assert.notEqual(await waitFor(isWritten, { deadlineMs: 60_000, what: 'the file to be written' }), before)
})

test('analytics without its store reads the whole log although its offsets are committed', async () => {
  const system = shared()
  const orders = (await system.evidence()).orders.length + 40
  await placeMany(system.url('producer_order'), 40)
  await system.untilQuiescent(orders)
  await readUpTo(system, await pin(system))
  await system.untilDepthsAreZero()
  await system.kill(ANALYTICS)
  await system.wipe(ANALYTICS)
  await system.start(ANALYTICS)
  await readUpTo(system, await pin(system))
  assert.partialDeepStrictEqual(await getJson(`${system.url(ANALYTICS)}/metrics.json`), { orders })
})

test('analytics with its store reads nothing again although its offsets were reset, and commits them again', async () => {
  const system = shared()
  const orders = (await system.evidence()).orders.length + 40
  await placeMany(system.url('producer_order'), 40)
  await system.untilQuiescent(orders)
  const first = await readUpTo(system, await pin(system))
  await system.kill(ANALYTICS)
  await system.inspector.operations['reset-offsets']({ group: ANALYTICS })
  await system.start(ANALYTICS)
  await system.untilDepthsAreZero()
  assert.deepEqual(await readUpTo(system, await pin(system)), first)
})

test('a backlog is counted in one transaction, and while a fault is set in transactions of CONCURRENCY records', async t => {
  const system = shared()
  t.after(() => system.clearFaults(ANALYTICS))
  const orders = (await system.evidence()).orders.length + 40
  await placeMany(system.url('producer_order'), 40)
  await system.untilQuiescent(orders)
  const countedFirst = async (environment: Record<string, string>) => {
    await system.kill(ANALYTICS)
    await system.wipe(ANALYTICS)
    await system.start(ANALYTICS, { environment })
    const counted = async () => {
      const { partitions } = (await getJson(`${system.url(ANALYTICS)}/progress`)) as Progress
      return partitions.reduce((sum, { records }) => sum + records, 0)
    }
    return waitFor(counted, { deadlineMs: 60_000, everyMs: 1, what: 'analytics to count the first records' })
  }
  assert.equal(await countedFirst({}), 2 * orders)
  assert.equal(await countedFirst({ ANALYTICS_DELAY_MS: '2000' }), 8)
})
