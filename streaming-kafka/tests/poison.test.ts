import { Producer } from '../broker/client.ts'
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { test, type TestContext } from 'node:test'
import { inventoryEvent, orderPlaced } from '#common/contracts/events.ts'
import { waitFor } from '#host/wait-for.ts'
import { assertSound } from '#conformance/assert-sound.ts'
import { sharedSystem, startSystem } from '#conformance/test-system.ts'
import type { DeadLetter } from '#engine/experiment/model.ts'
import { streamingKafka } from '../lab/model.ts'
import { asSent, call, type KafkaSystem, order, placeMany, PRODUCER } from './support/system.ts'

const shared = sharedSystem(streamingKafka, {
  // An order is accepted also where the machine is full and the broker has just started.
  environments: { [PRODUCER]: { PRODUCE_DEADLINE_MS: '10000' } },
})

/** What the system holds before a test adds to it. */
async function foundIn(system: KafkaSystem) {
  const { orders, decisions, notifications, deadLetters } = await system.untilQuiescent()
  return { orders: orders.length, decisions: decisions.length, notifications: notifications.length, deadLetters }
}

/** Those that were not found before, when there are so many. */
async function untilNewLetters(system: KafkaSystem, found: DeadLetter[], count: number): Promise<DeadLetter[]> {
  const known = new Set(found.map(({ id }) => id))
  return (await system.untilDeadLetters(found.length + count)).filter(({ id }) => !known.has(id))
}

const good = () =>
  orderPlaced(
    { orderId: randomUUID(), ...order('poisoner', 'kitchen-1') },
    { correlationId: 'c', occurredAt: '2026-01-01T00:00:00.000Z' },
  )

const withData = (change: object) => {
  const event = good()
  return JSON.stringify({ ...event, data: { ...event.data, ...change } })
}
const itemsOf = (quantity: unknown) => ({ items: [{ sku: 'burger', quantity }] })

/** Poison records, and the reason in their dead letters. */
const POISON: [name: string, record: { body?: string; base64?: string }, reason: string][] = [
  ['empty', { body: '' }, 'malformed'],
  ['not JSON', { body: '{"id":' }, 'malformed'],
  ['not UTF-8', { base64: Buffer.from([0x22, 0xff, 0xfe, 0x22]).toString('base64') }, 'malformed'],
  ['an array', { body: '[]' }, 'malformed'],
  ['null', { body: 'null' }, 'malformed'],
  ['a field missing', { body: withData({ userId: undefined }) }, 'malformed'],
  ['a wrong type', { body: withData({ userId: 7 }) }, 'malformed'],
  ['a negative quantity', { body: withData(itemsOf(-1)) }, 'malformed'],
  ['a huge quantity', { body: withData(itemsOf(1e9)) }, 'malformed'],
  ['101 lines', { body: withData({ items: Array(101).fill({ sku: 'burger', quantity: 1 }) }) }, 'malformed'],
  ['an unknown type', { body: JSON.stringify({ ...good(), type: 'OrderShipped' }) }, 'unknown-event'],
  ['an unknown version', { body: JSON.stringify({ ...good(), version: 2 }) }, 'unknown-event'],
  ['oversized', { body: withData({ userId: 'x'.repeat(550_000) }) }, 'too-large'],
]

/** No results of orders: in the last the order itself could not be read back from a store. */
const NO_RESULTS = [
  'not an event',
  JSON.stringify(inventoryEvent({ ...good().data, items: [] }, { status: 'reserved' }, good())),
]

/** Poison that only a foreign producer can write: in key and headers, and with a header that marks redriven dead letters. */
const FOREIGN: [reason: string, record: { key?: Buffer; value?: string; headers?: [string, Buffer][] }][] = [
  ['malformed', { headers: [['bytes', Buffer.alloc(400_000, 0xff)]] }],
  ['malformed', { headers: [['large', Buffer.alloc(1_048_380, 'x')]] }],
  ['malformed', { headers: [['redriven', Buffer.from('orders/0/0')]] }],
  ['too-large', { key: Buffer.alloc(400_000, 'k'), value: JSON.stringify(good()) }],
]

/** Writes each of the foreign records, and resolves with the id of its dead letter and its reason. */
async function writeForeign(t: TestContext, { deployment }: KafkaSystem, name: string): Promise<[string, string][]> {
  const topic = deployment.prefix + name
  const producer = new Producer({ clientId: 'test', bootstrapBrokers: [deployment.broker.kafka ?? ''] })
  t.after(() => producer.close())
  const written: [string, string][] = []
  for (const [reason, { key, value = 'not json', headers = [] }] of FOREIGN) {
    const pairs = new Map(headers.map(([header, bytes]) => [Buffer.from(header), bytes]))
    // The partition is given, because the client would take half a minute to find that of a long key.
    const message = { topic, partition: 0, ...(key && { key }), value: Buffer.from(value), headers: pairs }
    const { offsets } = await producer.send({ messages: [message], compression: 'gzip' })
    written.push([`${topic}/0/${offsets?.[0]?.offset}`, reason])
  }
  return written
}

test('each poison record is dead-lettered once with its reason, and its partition continues', async t => {
  const system = shared()
  const before = await foundIn(system)
  const publish = system.inspector.operations['publish-raw']
  const [answers, foreign, foreignEvents] = await Promise.all([
    placeMany(system.url('producer_order'), 60),
    writeForeign(t, system, 'orders'),
    writeForeign(t, system, 'inventory-events'),
    ...POISON.map(([, record]) => publish({ topic: 'orders', key: 'kitchen-1', ...record })),
    ...NO_RESULTS.map(body => publish({ topic: 'inventory-events', key: 'kitchen-1', body })),
  ])
  assert.ok(answers.every(({ status }) => status === 202))
  const count = POISON.length + NO_RESULTS.length + 2 * FOREIGN.length
  const letters = await untilNewLetters(system, before.deadLetters, count)
  assert.equal(letters.length, count)
  const evidence = await system.untilQuiescent(before.orders + 60)
  assertSound({ ...evidence, deadLetters: letters }, { raw: letters.map(asSent) })
  for (const [id, reason] of [...foreign, ...foreignEvents])
    assert.deepEqual(
      letters.filter(letter => letter.id === id).map(letter => letter.reason),
      [reason],
      id,
    )
  for (const [name, { body, base64 }, reason] of POISON) {
    const text = base64 ? Buffer.from(base64, 'base64').toString() : body
    const held = letters.filter(letter => letter.body === text)
    assert.deepEqual(
      held.map(letter => [letter.reason, letter.attempts]),
      [[reason, 1]],
      name,
    )
  }
  for (const text of NO_RESULTS) assert.equal(letters.filter(({ body }) => body === text).length, 1)
})

test('an orderId that is used again with other content is dead-lettered as order-conflict and changes nothing', async () => {
  const system = shared()
  const before = await foundIn(system)
  const event = good()
  const other = { ...event.data, items: [{ sku: 'pizza', quantity: 9 }] }
  await system.inspector.operations['publish-event']({ orders: [event.data] })
  await system.inspector.operations['publish-event']({ orders: [other] })
  const [letter] = await untilNewLetters(system, before.deadLetters, 1)
  assert.deepEqual([letter?.reason, letter?.orderId], ['order-conflict', event.data.orderId])
  const evidence = await system.untilQuiescent(before.orders + 1)
  assertSound(evidence)
  assert.equal(evidence.decisions.length, before.decisions + 1)
})

test('an edited dead letter that is redriven has its effect once and is no longer listed', async () => {
  const system = shared()
  const before = await foundIn(system)
  const event = good()
  await system.inspector.operations['publish-raw']({
    topic: 'orders',
    key: 'kitchen-1',
    body: JSON.stringify(event).slice(1),
  })
  const [letter] = await untilNewLetters(system, before.deadLetters, 1)
  assert.ok(letter)
  // As if a first redrive had been killed after it published the record and before it marked the dead letter.
  await system.inspector.operations['publish-event']({ orders: [event.data] })
  await system.inspector.redrive(letter.id, JSON.stringify(event))
  const evidence = await system.untilQuiescent(before.orders + 1)
  assertSound(evidence)
  assert.equal(evidence.notifications.length, before.notifications + 1)
  assert.deepEqual(await system.inspector.deadLetters(), before.deadLetters)
  await assert.rejects(system.inspector.redrive(letter.id), /there is no dead letter/)
})

test('a dead letter whose redrive failed is still listed', async () => {
  const system = shared()
  const { deadLetters } = await foundIn(system)
  await system.inspector.operations['publish-raw']({ topic: 'orders', key: 'kitchen-1', body: 'not an order' })
  const [letter] = await untilNewLetters(system, deadLetters, 1)
  assert.ok(letter)
  await assert.rejects(system.inspector.redrive(letter.id, 'x'.repeat(3_000_000)), { code: 'too-large' })
  assert.deepEqual(await system.inspector.deadLetters(), [...deadLetters, letter])
})

test('an error is retried in place, a lasting one is dead-lettered after 5 attempts, and other orders pass', async t => {
  const system = shared()
  const before = await foundIn(system)
  await system.setFaults('inventory_consumer', { error: { times: 2 } })
  t.after(() => system.clearFaults('inventory_consumer'))
  const base = system.url('producer_order')
  await placeMany(base, 20, 'recovering')
  assertSound(await system.untilQuiescent(before.orders + 20))
  const faults = `${system.url('inventory_consumer')}/faults`
  await call(faults, 'POST', { error: { userId: 'doomed' } })
  await call(`${base}/order`, 'POST', order('doomed', 'main'))
  await placeMany(base, 20, 'passing')
  const [letter] = await untilNewLetters(system, before.deadLetters, 1)
  assert.deepEqual([letter?.reason, letter?.attempts], ['retries-exhausted', 5])
  const { orders } = await system.evidence()
  const pending = orders.filter(({ status }) => status === 'pending')
  assert.deepEqual(
    pending.map(({ userId }) => userId),
    ['doomed'],
  )
  await call(faults, 'DELETE')
  assert.ok(letter)
  await system.inspector.redrive(letter.id)
  assertSound(await system.untilQuiescent(before.orders + 41))
})

test('a delay holds one order and not those behind it', async t => {
  const system = shared()
  const before = await foundIn(system)
  await system.setFaults('inventory_consumer', { delay: { delayMs: 1_000 } })
  t.after(() => system.clearFaults('inventory_consumer'))
  const own = new Set((await placeMany(system.url('producer_order'), 60)).map(({ body }) => body.orderId))
  const { decisions } = await system.untilQuiescent(before.orders + 60)
  const times = decisions.filter(({ orderId }) => own.has(orderId)).map(({ decidedNs }) => decidedNs)
  assert.equal(times.length, 60)
  assert.ok(
    (Math.max(...times) - Math.min(...times)) / 1e6 < 1_000,
    '60 delayed orders were decided one after the other',
  )
})

test('no more orders are in flight at once than CONCURRENCY says', async t => {
  const system = await startSystem(t, streamingKafka, {
    environments: { inventory_consumer: { CONCURRENCY: '3', INVENTORY_DELAY_MS: '600000' } },
    started: ['inventory_consumer'],
  })
  const orders = Array.from({ length: 20 }, (_, index) => ({ ...good().data, kitchenId: `kitchen-${index % 7}` }))
  await system.inspector.operations['publish-event']({ orders })
  const inFlight = async () => {
    const { body } = await call(`${system.url('inventory_consumer')}/faults`, 'GET')
    return (body.delay as { injections: number }).injections
  }
  await waitFor(async () => (await inFlight()) >= 3, { deadlineMs: 60_000, what: 'three orders to be in flight' })
  const began = performance.now()
  while (performance.now() - began < 500) assert.equal(await inFlight(), 3)
})
