import { Admin } from '@platformatic/kafka'
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { test } from 'node:test'
import { inventoryEvent } from '#common/contracts/events.ts'
import { waitFor } from '#host/wait-for.ts'
import { call, order, placeMany } from './support/client.ts'
import { assertSound, startTestSystem, type TestSystem } from './support/test-system.ts'

test('orders are accepted, decided once, confirmed once and counted', async t => {
  const stage = await startTestSystem(t, { inventory_consumer: { INITIAL_STOCK: '{"scarce":{"burger":3}}' } })
  await stage.startAll()
  const base = stage.runtime.url('producer_order')
  const answers = await placeMany(base, 200)
  assert.ok(answers.every(({ status, body }) => status === 202 && body.status === 'pending'))
  const scarce = await Promise.all(
    Array.from({ length: 10 }, (_, i) => call(`${base}/order`, 'POST', order(`user-${i}`, 'scarce'))),
  )
  assert.ok(scarce.every(({ status }) => status === 202))
  const evidence = await stage.quiet(210)
  assertSound(evidence)
  assert.equal(evidence.orders.length, 210)
  assert.equal(evidence.decisions.filter(({ outcome }) => outcome.status === 'reserved').length, 203)
  const counted = async () =>
    (await call(`${stage.runtime.url('analytics_consumer')}/metrics.json`, 'GET')).body.orders === 210
  await waitFor(counted, { deadlineMs: 60_000, what: 'analytics to count 210 orders' })
  // Every result was read now: what was sent for a failed order would show.
  const lagless = async () => Object.values(await stage.link.depths()).every(lag => lag === 0)
  await waitFor(lagless, { deadlineMs: 60_000, what: 'every lag to be 0' })
  assert.equal((await recordsOf(stage, 'notifications')).length, 203)
})

type Shown = { partition: number; key: string; body: string; headers: Record<string, string> }
const recordsOf = async (stage: TestSystem, topic: string) =>
  (await stage.link.operations['topic-records']({ topic })) as Shown[]

test('orders of a partition are decided in the order of the log, keyed by kitchen, and their correlation id follows them', async t => {
  const stage = await startTestSystem(t)
  await stage.startAll()
  await placeMany(stage.runtime.url('producer_order'), 200)
  const { decisions } = await stage.quiet(200)
  const orders = await recordsOf(stage, 'orders')
  const idOf = ({ body }: Shown) => (JSON.parse(body) as { data: { orderId: string } }).data.orderId
  for (const partition of [0, 1, 2, 3]) {
    const log = orders.filter(record => record.partition === partition).map(idOf)
    const mine = new Set(log)
    assert.deepEqual(
      decisions.map(({ orderId }) => orderId).filter(orderId => mine.has(orderId)),
      log,
    )
  }
  for (const { key, body } of orders)
    assert.equal(key, (JSON.parse(body) as { data: { kitchenId: string } }).data.kitchenId)
  const placed = new Map(orders.map(record => [idOf(record), record.headers['correlation-id']]))
  for (const record of await recordsOf(stage, 'inventory-events'))
    assert.equal(record.headers['correlation-id'], placed.get(idOf(record)))
  for (const { body, headers } of await recordsOf(stage, 'notifications')) {
    const { order: notified } = JSON.parse(body) as { order: { orderId: string } }
    assert.equal(headers['correlation-id'], placed.get(notified.orderId))
  }
})

test('a result that is read without its order shows the order all the same', async t => {
  const stage = await startTestSystem(t)
  await stage.startAll()
  const order = { orderId: randomUUID(), userId: 'ada', kitchenId: 'main', items: [{ sku: 'burger', quantity: 1 }] }
  const happened = { correlationId: 'c', occurredAt: '2026-01-01T00:00:00.000Z' }
  // A failed one: no notification follows that could tell of it.
  const result = inventoryEvent(order, { status: 'failed', reason: 'out-of-stock' }, happened)
  const record = { topic: 'inventory-events', key: 'main', body: JSON.stringify(result) }
  await stage.link.operations['publish-raw'](record)
  const shown = async () => {
    const answer = await call(`${stage.runtime.url('producer_order')}/order/${order.orderId}`, 'GET')
    return answer.status === 200 && answer.body
  }
  const view = await waitFor(shown, { deadlineMs: 60_000, what: 'the order to be shown' })
  assert.deepEqual(view, { orderId: order.orderId, status: 'failed', reason: 'out-of-stock' })
})

test('a consumer that was stopped in its tracks for longer than its session goes on where it was', async t => {
  const stage = await startTestSystem(t)
  await stage.startAll()
  const base = stage.runtime.url('producer_order')
  await placeMany(base, 50)
  await stage.quiet(50)
  await stage.runtime.pause('inventory_consumer')
  await placeMany(base, 50)
  const forgotten = async () => (await membersOf(stage, 'inventory_consumer')) === 0
  await waitFor(forgotten, { deadlineMs: 60_000, what: 'the broker to give the member up' })
  await stage.runtime.resume('inventory_consumer')
  assertSound(await stage.quiet(100))
  const lagless = async () => Object.values(await stage.link.depths()).every(lag => lag === 0)
  await waitFor(lagless, { deadlineMs: 60_000, what: 'its offsets to be committed again' })
})

test('the command line produces N events, and refuses what it does not know in one sentence', async t => {
  const stage = await startTestSystem(t)
  await stage.startAll()
  const run = (...args: string[]) => {
    const env = { ...process.env, KAFKA_BROKERS: stage.brokers, PREFIX: stage.prefix }
    return spawnSync(process.execPath, ['streaming-kafka/producer_order/main.ts', ...args], { env, encoding: 'utf8' })
  }
  const done = run('--events', '100', '--per-second', '500')
  assert.match(done.stdout, /^100 orders of user \S+ are in \S+orders, acknowledged in \d/)
  const evidence = await stage.quiet(100)
  assertSound(evidence)
  assert.equal(evidence.orders.length, 100)
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

test('the same key shows the order in its present state, another body is refused, and no 2xx order is ever 404', async t => {
  const stage = await startTestSystem(t, {
    inventory_consumer: { INITIAL_STOCK: '{"empty":{"burger":0}}', INVENTORY_DELAY_MS: '1000' },
  })
  await stage.startAll()
  const base = stage.runtime.url('producer_order')
  const place = (body: unknown, key: string) => call(`${base}/order`, 'POST', body, key)
  const first = await place(order('ada', 'main'), 'one')
  assert.equal(first.status, 202)
  const shown = await call(`${base}/order/${String(first.body.orderId)}`, 'GET')
  assert.equal(shown.status, 200)
  const again = await place(order('ada', 'main'), 'one')
  assert.deepEqual([again.status, again.body.code, again.headers['retry-after']], [409, 'order-undecided', '1'])
  assert.equal((await place(order('ada', 'main', 'pizza'), 'one')).body.code, 'key-reused')
  await place(order('ada', 'empty'), 'two')
  await stage.quiet(2)
  const decided = await place(order('ada', 'main'), 'one')
  assert.deepEqual([decided.status, decided.body.orderId, decided.body.status], [200, first.body.orderId, 'reserved'])
  const failed = await place(order('ada', 'empty'), 'two')
  assert.deepEqual([failed.status, failed.body.code], [409, 'out-of-stock'])
  const unknown = await place(order('ada', 'main', 'no-such-dish'), 'three')
  assert.equal(unknown.status, 202)
  assertSound(await stage.quiet(3))
})

test('two requests of one key at once place one order', async t => {
  const stage = await startTestSystem(t)
  await stage.startAll()
  const base = stage.runtime.url('producer_order')
  const [one, two] = await Promise.all(
    [order('ada', 'main'), order('ada', 'main', 'pizza')].map(body => call(`${base}/order`, 'POST', body, 'key')),
  )
  assert.deepEqual(new Set([one?.status, two?.status]), new Set([202, 422]))
  assertSound(await stage.quiet(1))
  const records = (await stage.link.operations['topic-records']({ topic: 'orders' })) as unknown[]
  assert.equal(records.length, 1)
})

/** How many members the broker counts in a service's group. */
async function membersOf({ brokers, prefix }: TestSystem, service: string): Promise<number> {
  const admin = new Admin({ clientId: 'test', bootstrapBrokers: [brokers] })
  try {
    return (await admin.describeGroups({ groups: [prefix + service] })).get(prefix + service)?.members.size ?? 0
  } finally {
    await admin.close()
  }
}
