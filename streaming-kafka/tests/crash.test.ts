// The conformance suite kills each service between two steps. Here the client repeats the requests without an answer.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { waitFor } from '#host/wait-for.ts'
import { assertSound } from '#conformance/assert-sound.ts'
import { startSystem } from '#conformance/test-system.ts'
import { streamingKafka } from '../lab/model.ts'
import { call, placeMany, recordsOf } from './support/system.ts'

test('requests that were cut off and are repeated with the same key place no second order', async t => {
  const system = await startSystem(t, streamingKafka)
  const base = system.url('producer_order')
  await call(`${base}/faults`, 'POST', { crash: { point: 'produce-answer', after: 20 } })
  const first = await placeMany(base, 60, 'ada')
  await waitFor(() => !system.runtime.running('producer_order'), { deadlineMs: 60_000, what: 'producer_order to die' })
  await system.start('producer_order')
  const again = await placeMany(base, 60, 'ada')
  for (const [index, { status }] of first.entries())
    if (status === 202)
      assert.ok([200, 409].includes(again[index]?.status ?? 0), 'an order that was answered 2xx was placed again')
  const evidence = await system.untilQuiescent(60)
  assert.equal(evidence.orders.length, 60)
  assertSound(evidence)
  const records = await recordsOf(system, 'orders')
  assert.equal(records.length, 60, 'the log has an order twice')
})
