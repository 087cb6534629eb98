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
  const repaired = [/"items":\[\]/, /"quantity":-3/].map((defect, at) => {
    const { body, id } = poisoned[at + 1] ?? assert.fail()
    assert.match(body, defect)
    const lines = '"items":[{"sku":"burger","quantity":1}]'
    return { id, body: at === 0 ? body.replace(defect, lines) : body.replace(defect, '"quantity":1') }
  })
  for (const { body } of repaired) assert.deepEqual(await reserve(body), { status: 200 })
  const { decisions } = await system.evidence()
  assert.deepEqual(
    decisions.map(({ orderId }) => orderId),
    repaired.map(({ id }) => id),
  )
})
