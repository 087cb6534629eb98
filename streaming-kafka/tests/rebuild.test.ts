// Stores are deleted while their services are down. The log is the truth, and the stores are filled from it.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { waitFor } from '#host/wait-for.ts'
import { assertSound } from '#conformance/assert-sound.ts'
import { sharedSystem, startSystem } from '#conformance/test-system.ts'
import { streamingKafka } from '../lab/model.ts'
import {
  call,
  NOWHERE,
  order,
  placeMany,
  PRODUCER,
  recordsOf,
  restartUnhealthy,
  showOrder,
  untilHealthAnswers,
} from './support/system.ts'

/** Those that an order passes. */
const FLOW = [PRODUCER, 'inventory_consumer', 'notification_consumer']

/** `kitchen-0` sells out, whichever tests run. `main` is that of one test. */
const shared = sharedSystem(streamingKafka, {
  openingStock: { 'kitchen-0': { burger: 5 }, main: { burger: 1 } },
  // An order is accepted also where the machine is full and the broker has just started.
  environments: { [PRODUCER]: { PRODUCE_DEADLINE_MS: '10000' } },
})

const byOrder = <Row extends { orderId: string }>(rows: Row[]) =>
  rows.toSorted((a, b) => (a.orderId < b.orderId ? -1 : 1))

test('when every store is lost decisions, stock, notifications and orders are restored from the topics', async () => {
  const system = shared()
  const base = system.url('producer_order')
  const count = (await system.evidence()).orders.length + 100
  await placeMany(base, 100, 'ada')
  const before = await system.untilQuiescent(count)
  assertSound(before)
  for (const { name } of streamingKafka.services) {
    await system.kill(name)
    await system.wipe(name)
  }
  await system.start()
  const after = await system.untilQuiescent(count)
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
  const last = await system.untilQuiescent(count + 1)
  assertSound(last)
  assert.equal(
    last.decisions.find(row => last.orders.some(o => o.orderId === row.orderId && o.userId === 'bob'))?.outcome.status,
    'failed',
  )
})

test('a store that was not yet filled from the log answers 503 for an order, and one that was answers without a broker', async t => {
  const system = shared()
  const own = (system.environments[PRODUCER] ??= {})
  t.after(async () => {
    delete own.KAFKA_BROKERS
    await system.restart(PRODUCER)
  })
  const count = (await system.evidence()).orders.length
  const placed = await call(`${system.url(PRODUCER)}/order`, 'POST', order('ada', 'kitchen-1'))
  await system.untilQuiescent(count + 1)
  const shown = async () => {
    const { status, body } = await showOrder(system, String(placed.body.orderId))
    return [status, body.code ?? body.status]
  }
  await system.kill(PRODUCER)
  await system.wipe(PRODUCER)
  own.KAFKA_BROKERS = NOWHERE
  await restartUnhealthy(system)
  assert.deepEqual(await shown(), [503, 'unavailable'])
  delete own.KAFKA_BROKERS
  await restartUnhealthy(system)
  await untilHealthAnswers(system, 200)
  assert.deepEqual(await shown(), [200, 'reserved'])
  own.KAFKA_BROKERS = NOWHERE
  await restartUnhealthy(system)
  assert.deepEqual(await shown(), [200, 'reserved'])
})

test('an INITIAL_STOCK that differs from the one in the log changes nothing', async t => {
  const system = shared()
  const base = system.url('producer_order')
  const count = (await system.evidence()).orders.length
  await call(`${base}/order`, 'POST', order('ada', 'main'))
  await system.untilQuiescent(count + 1)
  await system.kill('inventory_consumer')
  await system.wipe('inventory_consumer')
  const { inventory_consumer: given = {} } = system.environments
  system.environments.inventory_consumer = { INITIAL_STOCK: '{"main":{"burger":100}}' }
  t.after(() => void (system.environments.inventory_consumer = given))
  await system.start('inventory_consumer')
  await call(`${base}/order`, 'POST', order('ada', 'main'))
  const evidence = await system.untilQuiescent(count + 2)
  assertSound(evidence)
  const left = evidence.stock.find(({ kitchenId, sku }) => kitchenId === 'main' && sku === 'burger')
  assert.equal(left?.quantity, 0)
})

test('duplicates of OrderPlaced and a reset of offsets decide and confirm nothing again', async t => {
  // Of its own, because offsets that were reset stay so in a partition that gets no further record.
  const system = await startSystem(t, streamingKafka, { started: FLOW })
  await placeMany(system.url('producer_order'), 50, 'ada')
  const before = await system.untilQuiescent(50)
  const records = await recordsOf(system, 'orders')
  for (const { key, body } of records) await system.inspector.operations['publish-raw']({ topic: 'orders', key, body })
  const services = ['inventory_consumer', 'notification_consumer'] as const
  for (const service of services) {
    await system.kill(service)
    await system.inspector.operations['reset-offsets']({ group: service })
    await system.start(service)
  }
  await placeMany(system.url('producer_order'), 1, 'bob')
  const after = await system.untilQuiescent(51)
  assertSound(after)
  assert.equal(after.movements.length, before.movements.length + 1)
  const events = await recordsOf(system, 'inventory-events')
  assert.ok(events.length >= 101, `${events.length} results: the duplicates were not read`)
  const distinct = new Set(events.map(({ body }) => body))
  assert.equal(distinct.size, 51, 'a repeated result differs from the first')
})

test('a lost store together with a reset of offsets confirms nothing again', async () => {
  const system = shared()
  const count = (await system.evidence()).orders.length
  await placeMany(system.url('producer_order'), 100)
  await system.untilQuiescent(count + 100)
  await system.kill('notification_consumer')
  await system.wipe('notification_consumer')
  await system.inspector.operations['reset-offsets']({ group: 'notification_consumer' })
  await system.start('notification_consumer')
  await placeMany(system.url('producer_order'), 1)
  assertSound(await system.untilQuiescent(count + 101))
  await system.untilDepthsAreZero()
  assertSound(await system.evidence())
})

test('no offset is committed past an order whose work has not ended', async () => {
  const system = shared()
  const count = (await system.evidence()).orders.length
  await system.untilDepthsAreZero()
  const inventory = system.url('inventory_consumer')
  await call(`${inventory}/faults`, 'POST', { delay: { delayMs: 2_000 } })
  await placeMany(system.url('producer_order'), 20)
  const lag = async () =>
    Object.entries(await system.inspector.depths()).reduce(
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
  await system.kill('inventory_consumer')
  await system.start('inventory_consumer')
  assertSound(await system.untilQuiescent(count + 20))
})
