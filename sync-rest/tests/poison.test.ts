// Inventory refuses a request that it can never handle.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startSystem } from '#conformance/test-system.ts'
import { poisonOf } from '#engine/load/poison.ts'
import { syncRest } from '../lab/model.ts'

test('a poisoned order is refused as malformed, and the same order with the field repaired is reserved', async t => {
  const system = await startSystem(t, syncRest)
  const reserve = (body: string) =>
    system.inspector.operations['publish-raw']({ service: 'inventory_service', path: '/reserve', body })
  const poisoned = [0, 1, 2].map(nth => poisonOf(nth, 'order'))
  for (const { body } of poisoned) assert.deepEqual(await reserve(body), { status: 400 })
  const healed = [/"items":\[\]/, /"quantity":-3/].map((wound, at) => {
    const { body, id } = poisoned[at + 1] ?? assert.fail()
    assert.match(body, wound)
    const lines = '"items":[{"sku":"burger","quantity":1}]'
    return { id, body: at === 0 ? body.replace(wound, lines) : body.replace(wound, '"quantity":1') }
  })
  for (const { body } of healed) assert.deepEqual(await reserve(body), { status: 200 })
  const { decisions } = await system.evidence()
  assert.deepEqual(
    decisions.map(({ orderId }) => orderId),
    healed.map(({ id }) => id),
  )
})
