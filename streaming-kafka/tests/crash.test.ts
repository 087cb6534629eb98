// The suite of every model kills each service between two steps; here the client asks again for what was not answered.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { waitFor } from '#host/wait-for.ts'
import { call, placeMany } from './support/client.ts'
import { assertSound, startTestSystem } from './support/test-system.ts'

test('requests that were cut off are asked again with the same key, and place no second order', async t => {
  const stage = await startTestSystem(t)
  await stage.startAll()
  const base = stage.runtime.url('producer_order')
  await call(`${base}/faults`, 'POST', { crash: { point: 'produce-answer', after: 20 } })
  const first = await placeMany(base, 60, 'ada')
  await waitFor(() => !stage.runtime.running('producer_order'), { deadlineMs: 60_000, what: 'producer_order to die' })
  await stage.runtime.start('producer_order')
  const again = await placeMany(base, 60, 'ada')
  for (const [index, { status }] of first.entries())
    if (status === 202) assert.ok([200, 409].includes(again[index]?.status ?? 0), 'a 2xx order was placed again')
  const evidence = await stage.quiet(60)
  assert.equal(evidence.orders.length, 60)
  assertSound(evidence)
  const records = (await stage.link.operations['topic-records']({ topic: 'orders' })) as unknown[]
  assert.equal(records.length, 60, 'the log has an order twice')
})
