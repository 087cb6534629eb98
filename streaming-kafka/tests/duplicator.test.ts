// The duplicator of the lab delivers every event twice.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { waitFor } from '#host/wait-for.ts'
import { assertSound } from '#conformance/assert-sound.ts'
import { startSystem } from '#conformance/test-system.ts'
import { DUPLICATE } from '../lab/duplicator.ts'
import { streamingKafka } from '../lab/model.ts'
import { placeMany } from './support/system.ts'

const COUNT = 10

type Written = { body: string; headers: object }

test('while the duplicator runs the log has every event twice, and no order is decided or confirmed twice', async t => {
  const system = await startSystem(t, streamingKafka)
  const { 'start-duplicator': start, 'stop-duplicator': stop, 'topic-records': records } = system.inspector.operations
  await start({})
  await placeMany(system.url('producer_order'), COUNT)
  for (const topic of ['orders', 'inventory-events']) {
    // Inventory produces its decision again for a duplicate, so only marked records are counted.
    const isDuplicated = async () => {
      const duplicates = ((await records({ topic })) as Written[]).filter(({ headers }) => DUPLICATE in headers)
      return new Set(duplicates.map(({ body }) => body)).size === COUNT
    }
    await waitFor(isDuplicated, { deadlineMs: 30_000, everyMs: 100, what: `${topic} to have every event twice` })
  }
  const { duplicates, byRoute } = await stop({})
  assert.ok(duplicates >= 2 * COUNT, String(duplicates))
  assert.equal(Object.keys(byRoute).length, 2)
  for (const [topic, count] of Object.entries(byRoute)) assert.ok(count >= COUNT, `${topic} ${count}`)
  const evidence = await system.untilQuiescent(COUNT)
  assert.equal(evidence.orders.length, COUNT)
  assert.equal(evidence.decisions.length, COUNT)
  assertSound(evidence)
})

test('stop-duplicator answers when every record that was written before it has its duplicate', async t => {
  const system = await startSystem(t, streamingKafka)
  const { 'start-duplicator': start, 'stop-duplicator': stop } = system.inspector.operations
  await start({})
  await placeMany(system.url('producer_order'), COUNT)
  const { byRoute } = await stop({})
  const [, count] = Object.entries(byRoute).find(([topic]) => topic.endsWith('orders')) ?? []
  assert.equal(count, COUNT)
  assertSound(await system.untilQuiescent(COUNT))
})
