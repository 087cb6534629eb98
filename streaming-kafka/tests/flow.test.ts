import { Admin } from '../broker/client.ts'
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { test } from 'node:test'
import { inventoryEvent } from '#common/contracts/events.ts'
import { waitFor } from '#host/wait-for.ts'
import { assertSound } from '#conformance/assert-sound.ts'
import { sharedSystem, startSystem } from '#conformance/test-system.ts'
import { streamingKafka } from '../lab/model.ts'
import {
  type Answer,
  call,
  type KafkaSystem,
  order,
  orderIdOf,
  placeMany,
  PRODUCER,
  recordsOf,
} from './support/system.ts'

const shared = sharedSystem(streamingKafka, {
  openingStock: { scarce: { burger: 3 }, empty: { burger: 0 } },
  // An order is accepted also where the machine is full and the broker has just started.
  environments: { [PRODUCER]: { PRODUCE_DEADLINE_MS: '10000' } },
})

const idsOf = (answers: Answer[]): Set<string> => new Set(answers.map(({ body }) => String(body.orderId)))

/** The order that a notification is about. */
const notifiedIn = ({ body }: { body: string | null }): string =>
  (JSON.parse(body ?? '') as { order: { orderId: string } }).order.orderId

test('every order is accepted, decided once, confirmed once if reserved, and counted', async () => {
  const system = shared()
  const base = system.url('producer_order')
  const countedOrders = async () =>
    Number((await call(`${system.url('analytics_consumer')}/metrics.json`, 'GET')).body.orders)
  await system.untilDepthsAreZero()
  const before = { orders: (await system.evidence()).orders.length, counted: await countedOrders() }
  const answers = await placeMany(base, 200)
  assert.ok(answers.every(({ status, body }) => status === 202 && body.status === 'pending'))
  const scarce = await Promise.all(
    Array.from({ length: 10 }, (_, i) => call(`${base}/order`, 'POST', order(`user-${i}`, 'scarce'))),
  )
  assert.ok(scarce.every(({ status }) => status === 202))
  const evidence = await system.untilQuiescent(before.orders + 210)
  assertSound(evidence)
  assert.equal(evidence.orders.length, before.orders + 210)
  const own = idsOf([...answers, ...scarce])
  const decided = evidence.decisions.filter(({ orderId }) => own.has(orderId))
  assert.equal(decided.filter(({ outcome }) => outcome.status === 'reserved').length, 203)
  const counted = async () => (await countedOrders()) === before.counted + 210
  await waitFor(counted, { deadlineMs: 60_000, what: 'analytics to count 210 orders' })
  // All results are read now, so a notification of a failed order would be in the log.
  await system.untilDepthsAreZero()
  const notifications = await recordsOf(system, 'notifications')
  assert.equal(notifications.filter(record => own.has(notifiedIn(record))).length, 203)
})

test('the orders of a partition are decided in the sequence of the log, and keep their kitchen and their correlation id', async () => {
  const system = shared()
  const before = (await system.evidence()).orders.length
  const own = idsOf(await placeMany(system.url('producer_order'), 200))
  const { decisions } = await system.untilQuiescent(before + 200)
  const orders = (await recordsOf(system, 'orders')).filter(record => own.has(orderIdOf(record)))
  assert.equal(orders.length, 200)
  for (const partition of [0, 1, 2, 3]) {
    const log = orders.filter(record => record.partition === partition).map(orderIdOf)
    const mine = new Set(log)
    assert.deepEqual(
      decisions.map(({ orderId }) => orderId).filter(orderId => mine.has(orderId)),
      log,
    )
  }
  for (const { key, body } of orders)
    assert.equal(key, (JSON.parse(body ?? '') as { data: { kitchenId: string } }).data.kitchenId)
  const placed = new Map(orders.map(record => [orderIdOf(record), record.headers['correlation-id']]))
  const results = (await recordsOf(system, 'inventory-events')).filter(record => own.has(orderIdOf(record)))
  for (const record of results) assert.equal(record.headers['correlation-id'], placed.get(orderIdOf(record)))
  const notifications = (await recordsOf(system, 'notifications')).filter(record => own.has(notifiedIn(record)))
  for (const record of notifications) assert.equal(record.headers['correlation-id'], placed.get(notifiedIn(record)))
  assert.deepEqual([results.length, notifications.length], [200, 200])
})

test('a decision that is read before its order shows the order', async t => {
  // Of its own, because inventory never decides this order.
  const system = await startSystem(t, streamingKafka, { started: [PRODUCER] })
  const order = { orderId: randomUUID(), userId: 'ada', kitchenId: 'main', items: [{ sku: 'burger', quantity: 1 }] }
  const happened = { correlationId: 'c', occurredAt: '2026-01-01T00:00:00.000Z' }
  // A failed order: no notification follows that could show it.
  const result = inventoryEvent(order, { status: 'failed', reason: 'out-of-stock' }, happened)
  const record = { topic: 'inventory-events', key: 'main', body: JSON.stringify(result) }
  await system.inspector.operations['publish-raw'](record)
  const shown = async () => {
    const answer = await call(`${system.url('producer_order')}/order/${order.orderId}`, 'GET')
    return answer.status === 200 && answer.body
  }
  const view = await waitFor(shown, { deadlineMs: 60_000, what: 'the order to be shown' })
  assert.deepEqual(view, { orderId: order.orderId, status: 'failed', reason: 'out-of-stock' })
})

test('a consumer that was paused for longer than its session continues from its position', async () => {
  const system = shared()
  const base = system.url('producer_order')
  const before = (await system.evidence()).orders.length
  await placeMany(base, 50)
  await system.untilQuiescent(before + 50)
  await system.runtime.pause('inventory_consumer')
  await placeMany(base, 50)
  const isForgotten = async () => (await membersOf(system, 'inventory_consumer')) === 0
  await waitFor(isForgotten, { deadlineMs: 60_000, what: 'the broker to drop the paused member' })
  await system.runtime.resume('inventory_consumer')
  assertSound(await system.untilQuiescent(before + 100))
  await system.untilDepthsAreZero()
})

test('the command line produces N events, and refuses an unknown option or a wrong value in one sentence', async () => {
  const system = shared()
  const before = (await system.evidence()).orders.length
  const run = (...args: string[]) => {
    const env = { ...process.env, KAFKA_BROKERS: system.deployment.broker.kafka, PREFIX: system.deployment.prefix }
    return spawnSync(process.execPath, ['streaming-kafka/producer_order/main.ts', ...args], { env, encoding: 'utf8' })
  }
  const done = run('--events', '100', '--per-second', '500')
  assert.match(done.stdout, /^100 orders of user \S+ are in \S+orders, acknowledged in \d/)
  const evidence = await system.untilQuiescent(before + 100)
  assertSound(evidence)
  assert.equal(evidence.orders.length, before + 100)
  for (const [args, complaint] of [
    [['--evnets', '1'], /Unknown option '--evnets'/],
    [['--events', 'many'], /events is "many"; expected a whole number/],
  ] as const) {
    const { status, stderr } = run(...args)
    assert.equal(status, 2)
    assert.match(stderr, complaint)
    assert.doesNotMatch(stderr, /\n\s+at /)
  }
})

test('a repeated key answers with the present state of the order, and another body is refused', async t => {
  const system = shared()
  const base = system.url('producer_order')
  const before = (await system.evidence()).orders.length
  await system.setFaults('inventory_consumer', { delay: { delayMs: 1_000 } })
  t.after(() => system.clearFaults('inventory_consumer'))
  const place = (body: unknown, key: string) => call(`${base}/order`, 'POST', body, key)
  const first = await place(order('ada', 'main'), 'one')
  assert.equal(first.status, 202)
  const shown = await call(`${base}/order/${String(first.body.orderId)}`, 'GET')
  assert.equal(shown.status, 200)
  const again = await place(order('ada', 'main'), 'one')
  assert.deepEqual([again.status, again.body.code, again.headers['retry-after']], [409, 'order-undecided', '1'])
  assert.equal((await place(order('ada', 'main', 'pizza'), 'one')).body.code, 'key-reused')
  await place(order('ada', 'empty'), 'two')
  await system.untilQuiescent(before + 2)
  const decided = await place(order('ada', 'main'), 'one')
  assert.deepEqual([decided.status, decided.body.orderId, decided.body.status], [200, first.body.orderId, 'reserved'])
  const failed = await place(order('ada', 'empty'), 'two')
  assert.deepEqual([failed.status, failed.body.code], [409, 'out-of-stock'])
  const unknown = await place(order('ada', 'main', 'no-such-dish'), 'three')
  assert.equal(unknown.status, 202)
  assertSound(await system.untilQuiescent(before + 3))
})

test('two requests with the same key at once place one order', async () => {
  const system = shared()
  const base = system.url('producer_order')
  const before = {
    orders: (await system.evidence()).orders.length,
    records: (await recordsOf(system, 'orders')).length,
  }
  const [one, two] = await Promise.all(
    [order('ada', 'main'), order('ada', 'main', 'pizza')].map(body => call(`${base}/order`, 'POST', body, 'key')),
  )
  assert.deepEqual(new Set([one?.status, two?.status]), new Set([202, 422]))
  assertSound(await system.untilQuiescent(before.orders + 1))
  const records = await recordsOf(system, 'orders')
  assert.equal(records.length, before.records + 1)
})

/** The number of members in a service's group. */
async function membersOf({ deployment }: KafkaSystem, service: string): Promise<number> {
  const { broker, prefix } = deployment
  const admin = new Admin({ clientId: 'test', bootstrapBrokers: [broker.kafka ?? ''] })
  try {
    return (await admin.describeGroups({ groups: [prefix + service] })).get(prefix + service)?.members.size ?? 0
  } finally {
    await admin.close()
  }
}
