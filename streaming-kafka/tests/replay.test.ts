import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { waitFor } from '#host/wait-for.ts'
import { call, order, placeMany } from './support/client.ts'
import { startTestSystem, type TestSystem } from './support/test-system.ts'

const ANALYTICS = 'analytics_consumer'
type Progress = { partitions: { topic: string; partition: number; next: number; records: number }[] }

async function readUpTo(stage: TestSystem, pins: Record<string, number[]>): Promise<Progress> {
  const reached = async () => {
    const progress = (await stage.ask(ANALYTICS, '/progress')) as Progress
    const next = (topic: string, partition: number) =>
      progress.partitions.find(p => p.topic === stage.prefix + topic && p.partition === partition)?.next ?? 0
    return Object.entries(pins).every(([topic, ends]) => ends.every((end, p) => next(topic, p) >= end)) && progress
  }
  return waitFor(reached, { deadlineMs: 60_000, what: 'analytics to reach the pinned offsets' })
}

const pin = async (stage: TestSystem) =>
  (await stage.link.operations['pin-offsets']({ topics: ['orders', 'inventory-events'] })) as Record<string, number[]>

async function recompute(stage: TestSystem): Promise<void> {
  await stage.runtime.kill(ANALYTICS)
  await stage.wipe(ANALYTICS)
  await stage.link.operations['reset-offsets']({ group: ANALYTICS })
  await stage.runtime.start(ANALYTICS)
}

test('metrics that are computed again from the beginning are equal byte for byte, and another record makes them differ', async t => {
  const stage = await startTestSystem(t, { inventory_consumer: { INITIAL_STOCK: '{"kitchen-0":{"burger":3}}' } })
  await stage.startAll()
  const base = stage.runtime.url('producer_order')
  await placeMany(base, 150)
  await stage.quiet(150)
  const pins = await pin(stage)
  const first = await readUpTo(stage, pins)
  const file = join(stage.folder, ANALYTICS, 'metrics.json')
  const settled = async () => {
    const asked = await call(`${stage.runtime.url(ANALYTICS)}/metrics.json`, 'GET')
    const text = readFileSync(file, 'utf8')
    return JSON.stringify(JSON.parse(text)) === JSON.stringify(asked.body) && text
  }
  const before = await waitFor(settled, { deadlineMs: 60_000, what: 'the file to say what the route says' })
  const failed = (await stage.evidence()).decisions.filter(({ outcome }) => outcome.status === 'failed').length
  assert.ok(failed > 0)
  assert.deepEqual(Object.keys(JSON.parse(before)), ['failureRate', 'orders', 'ordersPerMinute', 'outcomes'])
  assert.partialDeepStrictEqual(JSON.parse(before), { orders: 150, outcomes: { failed, reserved: 150 - failed } })

  await recompute(stage)
  // A restart in the middle of it: the numbers of records are kept with the positions.
  await stage.runtime.kill(ANALYTICS)
  await stage.runtime.start(ANALYTICS)
  const second = await readUpTo(stage, pins)
  assert.deepEqual(second, first)
  assert.equal(await waitFor(settled, { deadlineMs: 60_000, what: 'the file to be written' }), before)

  await call(`${base}/order`, 'POST', order('one more', 'kitchen-1'))
  await stage.quiet(151)
  await recompute(stage)
  await readUpTo(stage, await pin(stage))
  assert.notEqual(await waitFor(settled, { deadlineMs: 60_000, what: 'the file to be written' }), before)
})

test('with its store gone and its offsets committed it still computes the whole log', async t => {
  const stage = await startTestSystem(t)
  await stage.startAll()
  await placeMany(stage.runtime.url('producer_order'), 40)
  await stage.quiet(40)
  await readUpTo(stage, await pin(stage))
  const committed = async () => Object.values(await stage.link.depths()).every(lag => lag === 0)
  await waitFor(committed, { deadlineMs: 60_000, what: 'every lag to be 0' })
  await stage.runtime.kill(ANALYTICS)
  await stage.wipe(ANALYTICS)
  await stage.runtime.start(ANALYTICS)
  await readUpTo(stage, await pin(stage))
  assert.partialDeepStrictEqual(await stage.ask(ANALYTICS, '/metrics.json'), { orders: 40 })
})

test('with its store kept and its offsets behind it reads nothing again, and the offsets follow', async t => {
  const stage = await startTestSystem(t)
  await stage.startAll()
  await placeMany(stage.runtime.url('producer_order'), 40)
  await stage.quiet(40)
  const first = await readUpTo(stage, await pin(stage))
  await stage.runtime.kill(ANALYTICS)
  await stage.link.operations['reset-offsets']({ group: ANALYTICS })
  await stage.runtime.start(ANALYTICS)
  const committed = async () => Object.values(await stage.link.depths()).every(lag => lag === 0)
  await waitFor(committed, { deadlineMs: 60_000, what: 'every lag to be 0' })
  assert.deepEqual(await readUpTo(stage, await pin(stage)), first)
})
