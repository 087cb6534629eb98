// The same call again, by a caller that did not get the answer: the same answer, and no second effect.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { anOrder, ask, problemIn } from '#conformance/client.ts'
import { startSystem, STOCK } from '#conformance/test-system.ts'
import { syncRest } from '../lab/model.ts'

const post = (url: string, body: unknown) =>
  ask(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) })

test('an order whose reserve is repeated, at once and after a restart, is reserved once', async t => {
  const system = await startSystem(t, syncRest, { openingStock: STOCK })
  const { runtime } = system
  const reserve = (order: unknown) => post(`${runtime.url('inventory_service')}/reserve`, order)
  const served = { orderId: 'served', ...anOrder(), kitchenId: 'one-burger' }
  const refused = { orderId: 'refused', ...anOrder(), kitchenId: 'one-burger' }
  for (let start = 0; start < 2; start++) {
    const answers = await Promise.all([reserve(served), reserve(served), reserve(served)])
    for (const { status, text } of answers)
      assert.deepEqual([status, JSON.parse(text)], [200, { orderId: 'served', status: 'reserved' }])
    for (let time = 0; time < 2; time++) assert.equal(problemIn(await reserve(refused)).code, 'out-of-stock')
    await runtime.kill('inventory_service')
    await runtime.start('inventory_service')
  }
  // The decision stands though there is a burger again.
  await post(`${runtime.url('inventory_service')}/release`, { orderId: 'served' })
  assert.equal(problemIn(await reserve(refused)).code, 'out-of-stock')
  const { decisions, movements } = await system.evidence()
  assert.deepEqual(
    decisions.map(({ orderId }) => orderId),
    ['served', 'refused'],
  )
  assert.deepEqual(
    movements.filter(({ kind }) => kind !== 'opening').map(({ kind, orderId }) => [kind, orderId]),
    [
      ['reserve', 'served'],
      ['release', 'served'],
    ],
  )
})

test('an order whose send is repeated, at once and after a restart, is confirmed once', async t => {
  const system = await startSystem(t, syncRest, { openingStock: STOCK })
  const { runtime } = system
  const send = () => post(`${runtime.url('notification_service')}/send`, { orderId: 'one', userId: 'ada' })
  for (let start = 0; start < 2; start++) {
    for (const { status, text } of await Promise.all([send(), send(), send()]))
      assert.deepEqual([status, JSON.parse(text)], [200, { orderId: 'one', status: 'sent' }])
    await runtime.kill('notification_service')
    await runtime.start('notification_service')
  }
  assert.equal((await system.evidence()).notifications.length, 1)
})
