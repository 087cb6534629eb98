// Stores are deleted while their services are down: the log is the truth, and they are filled from it.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { waitFor } from '#host/wait-for.ts'
import { streamingKafka } from '../lab/model.ts'
import { call, order, placeMany } from './support/client.ts'
import { assertSound, startTestSystem } from './support/test-system.ts'

const byOrder = <Row extends { orderId: string }>(rows: Row[]) =>
  rows.toSorted((a, b) => (a.orderId < b.orderId ? -1 : 1))

test('every store is gone: decisions, stock, notifications, orders and metrics come back from the topics', async t => {
  const stage = await startTestSystem(t, { inventory_consumer: { INITIAL_STOCK: '{"kitchen-0":{"burger":5}}' } })
  await stage.startAll()
  const base = stage.runtime.url('producer_order')
  await placeMany(base, 100, 'ada')
  const before = await stage.quiet(100)
  assertSound(before)
  for (const { name } of streamingKafka.services) {
    await stage.runtime.kill(name)
    await stage.wipe(name)
  }
  await stage.startAll()
  const after = await stage.quiet(100)
  assertSound(after)
  const decided = (rows: typeof before.decisions) => byOrder(rows).map(({ orderId, outcome }) => ({ orderId, outcome }))
  assert.deepEqual(decided(after.decisions), decided(before.decisions))
  const shown = (rows: typeof before.orders) =>
    byOrder(rows).map(({ orderId, status, reason }) => ({ orderId, status, reason }))
  assert.deepEqual(shown(after.orders), shown(before.orders))
  const stockOf = (rows: typeof before.stock) =>
    new Map(rows.map(({ kitchenId, sku, quantity }) => [`${kitchenId}/${sku}`, quantity]))
  assert.deepEqual(stockOf(after.stock), stockOf(before.stock))
  assert.equal(after.notifications.length, before.notifications.length)

  const again = await placeMany(base, 100, 'ada')
  assert.ok(again.every(({ status }) => status === 200 || status === 409))
  await call(`${base}/order`, 'POST', order('bob', 'kitchen-0'))
  const last = await stage.quiet(101)
  assertSound(last)
  assert.equal(
    last.decisions.find(row => last.orders.some(o => o.orderId === row.orderId && o.userId === 'bob'))?.outcome.status,
    'failed',
  )
})

test('an INITIAL_STOCK that is not the one of the log changes nothing', async t => {
  const environment = { inventory_consumer: { INITIAL_STOCK: '{"main":{"burger":1}}' } }
  const stage = await startTestSystem(t, environment)
  await stage.startAll()
  const base = stage.runtime.url('producer_order')
  await call(`${base}/order`, 'POST', order('ada', 'main'))
  await stage.quiet(1)
  await stage.runtime.kill('inventory_consumer')
  await stage.wipe('inventory_consumer')
  environment.inventory_consumer.INITIAL_STOCK = '{"main":{"burger":100}}'
  await stage.runtime.start('inventory_consumer')
  await call(`${base}/order`, 'POST', order('ada', 'main'))
  const evidence = await stage.quiet(2)
  assertSound(evidence)
  assert.equal(evidence.stock.find(({ sku }) => sku === 'burger')?.quantity, 0)
})

test('copies of an OrderPlaced and a reset of offsets decide and confirm nothing again', async t => {
  const stage = await startTestSystem(t)
  await stage.startAll()
  await placeMany(stage.runtime.url('producer_order'), 50, 'ada')
  const before = await stage.quiet(50)
  const records = (await stage.link.operations['topic-records']({ topic: 'orders' })) as {
    key: string
    body: string
  }[]
  for (const { key, body } of records) await stage.link.operations['publish-raw']({ topic: 'orders', key, body })
  const services = ['inventory_consumer', 'notification_consumer'] as const
  for (const service of services) {
    await stage.runtime.kill(service)
    await stage.link.operations['reset-offsets']({ group: service })
    await stage.runtime.start(service)
  }
  await placeMany(stage.runtime.url('producer_order'), 1, 'bob')
  const after = await stage.quiet(51)
  assertSound(after)
  assert.equal(after.movements.length, before.movements.length + 1)
  const events = (await stage.link.operations['topic-records']({ topic: 'inventory-events' })) as { body: string }[]
  assert.ok(events.length >= 101, `${events.length} results: the copies were not decided again`)
  const distinct = new Set(events.map(({ body }) => body))
  assert.equal(distinct.size, 51, 'a repeated result differs from the first')
})

test('a lost store and a reset of offsets at once confirm nothing again', async t => {
  const stage = await startTestSystem(t)
  await stage.startAll()
  await placeMany(stage.runtime.url('producer_order'), 100, 'ada')
  await stage.quiet(100)
  await stage.runtime.kill('notification_consumer')
  await stage.wipe('notification_consumer')
  await stage.link.operations['reset-offsets']({ group: 'notification_consumer' })
  await stage.runtime.start('notification_consumer')
  await placeMany(stage.runtime.url('producer_order'), 1, 'bob')
  assertSound(await stage.quiet(101))
  const lagless = async () => Object.values(await stage.link.depths()).every(lag => lag === 0)
  await waitFor(lagless, { deadlineMs: 60_000, what: 'notification_consumer to go through the log again' })
  assertSound(await stage.evidence())
})

test('no offset passes an order whose work is not done', async t => {
  const stage = await startTestSystem(t)
  await stage.startAll()
  const inventory = stage.runtime.url('inventory_consumer')
  await call(`${inventory}/faults`, 'POST', { delay: { delayMs: 2_000 } })
  await placeMany(stage.runtime.url('producer_order'), 20, 'ada')
  const lag = async () =>
    Object.entries(await stage.link.depths()).reduce(
      (sum, [name, depth]) => (name.startsWith('inventory_consumer/') ? sum + depth : sum),
      0,
    )
  const allBegun = async () => {
    const { body } = await call(`${inventory}/faults`, 'GET')
    return (body.delay as { injections: number }).injections === 20
  }
  await waitFor(allBegun, { deadlineMs: 60_000, everyMs: 5, what: 'all 20 orders to be in flight' })
  // Several rounds of commits go by while all of them wait.
  const began = performance.now()
  while (performance.now() - began < 500) assert.equal(await lag(), 20)
  await stage.runtime.kill('inventory_consumer')
  await stage.runtime.start('inventory_consumer')
  assertSound(await stage.quiet(20))
})
