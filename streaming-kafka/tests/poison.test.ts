import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { test } from 'node:test'
import { orderPlaced } from '#common/contracts/events.ts'
import { waitFor } from '#host/wait-for.ts'
import { call, order, placeMany } from './support/client.ts'
import { assertSound, startTestSystem, type TestSystem } from './support/test-system.ts'

const good = () =>
  orderPlaced(
    { orderId: randomUUID(), ...order('poisoner', 'kitchen-1') },
    { correlationId: 'c', occurredAt: '2026-01-01T00:00:00.000Z' },
  )

const withData = (change: object) => {
  const event = good()
  return JSON.stringify({ ...event, data: { ...event.data, ...change } })
}
const line = (quantity: unknown) => ({ items: [{ sku: 'burger', quantity }] })

/** Records that nobody can work on, and the reason with which they are set aside. */
const POISON: [name: string, record: { body?: string; base64?: string }, reason: string][] = [
  ['empty', { body: '' }, 'malformed'],
  ['not JSON', { body: '{"id":' }, 'malformed'],
  ['not UTF-8', { base64: Buffer.from([0x22, 0xff, 0xfe, 0x22]).toString('base64') }, 'malformed'],
  ['an array', { body: '[]' }, 'malformed'],
  ['null', { body: 'null' }, 'malformed'],
  ['a field missing', { body: withData({ userId: undefined }) }, 'malformed'],
  ['a wrong type', { body: withData({ userId: 7 }) }, 'malformed'],
  ['a negative quantity', { body: withData(line(-1)) }, 'malformed'],
  ['a huge quantity', { body: withData(line(1e9)) }, 'malformed'],
  ['101 lines', { body: withData({ items: Array(101).fill({ sku: 'burger', quantity: 1 }) }) }, 'malformed'],
  ['an unknown type', { body: JSON.stringify({ ...good(), type: 'OrderShipped' }) }, 'unknown-event'],
  ['an unknown version', { body: JSON.stringify({ ...good(), version: 2 }) }, 'unknown-event'],
  ['oversized', { body: withData({ userId: 'x'.repeat(70_000) }) }, 'too-large'],
]

const deadLetters = (stage: TestSystem, count: number) =>
  waitFor(
    async () => {
      const letters = await stage.link.deadLetters()
      return letters.length >= count && letters
    },
    { deadlineMs: 60_000, what: `${count} dead letters` },
  )

test('each poison record is set aside once with its reason, and its partition goes on', async t => {
  const stage = await startTestSystem(t)
  await stage.startAll()
  const publish = stage.link.operations['publish-raw']
  const [answers] = await Promise.all([
    placeMany(stage.runtime.url('producer_order'), 60),
    ...POISON.map(([, record]) => publish?.({ topic: 'orders', key: 'kitchen-1', ...record })),
    publish?.({ topic: 'inventory-events', key: 'kitchen-1', body: 'no result' }),
  ])
  assert.ok(answers.every(({ status }) => status === 202))
  assertSound(await stage.quiet(60))
  const letters = await deadLetters(stage, POISON.length + 1)
  assert.equal(letters.length, POISON.length + 1)
  for (const [name, { body, base64 }, reason] of POISON) {
    const text = base64 ? Buffer.from(base64, 'base64').toString() : body
    const held = letters.filter(letter => letter.body === text)
    assert.deepEqual(
      held.map(letter => [letter.reason, letter.attempts]),
      [[reason, 1]],
      name,
    )
  }
  assert.equal(letters.filter(({ source }) => source.endsWith('inventory-events')).length, 1)
})

test('the same orderId with other content decides nothing and is set aside as order-conflict', async t => {
  const stage = await startTestSystem(t)
  await stage.startAll()
  const event = good()
  const other = { ...event.data, items: [{ sku: 'pizza', quantity: 9 }] }
  await stage.link.operations['publish-event']({ orders: [event.data] })
  await stage.link.operations['publish-event']({ orders: [other] })
  const [letter] = await deadLetters(stage, 1)
  assert.deepEqual([letter?.reason, letter?.orderId], ['order-conflict', event.data.orderId])
  const evidence = await stage.quiet(1)
  assertSound(evidence)
  assert.equal(evidence.decisions.length, 1)
})

test('a dead letter that was mended is redriven: one effect, and it is listed no more', async t => {
  const stage = await startTestSystem(t)
  await stage.startAll()
  const event = good()
  await stage.link.operations['publish-raw']({
    topic: 'orders',
    key: 'kitchen-1',
    body: JSON.stringify(event).slice(1),
  })
  const [letter] = await deadLetters(stage, 1)
  assert.ok(letter)
  // As if a first redrive had been killed after it published and before it marked.
  await stage.link.operations['publish-event']({ orders: [event.data] })
  await stage.link.redrive(letter.id, JSON.stringify(event))
  const evidence = await stage.quiet(1)
  assertSound(evidence)
  assert.equal(evidence.notifications.length, 1)
  assert.deepEqual(await stage.link.deadLetters(), [])
  await assert.rejects(stage.link.redrive(letter.id), /there is no dead letter/)
})

test('a dead letter that could not be sent on its way again is still listed', async t => {
  const stage = await startTestSystem(t)
  await stage.startAll()
  await stage.link.operations['publish-raw']({ topic: 'orders', key: 'kitchen-1', body: 'no order' })
  const [letter] = await deadLetters(stage, 1)
  assert.ok(letter)
  await assert.rejects(stage.link.redrive(letter.id, 'x'.repeat(3_000_000)), { code: 'too-large' })
  assert.deepEqual(await stage.link.deadLetters(), [letter])
})

test('an error that heals is tried again in place; one that never heals is set aside after 5 attempts; others pass', async t => {
  const stage = await startTestSystem(t, { inventory_consumer: { INVENTORY_ERROR: '2' } })
  await stage.startAll()
  const base = stage.runtime.url('producer_order')
  await placeMany(base, 20, 'healing')
  assertSound(await stage.quiet(20))
  const faults = `${stage.runtime.url('inventory_consumer')}/faults`
  await call(faults, 'POST', { error: { userId: 'doomed' } })
  await call(`${base}/order`, 'POST', order('doomed', 'main'))
  await placeMany(base, 20, 'passing')
  const [letter] = await deadLetters(stage, 1)
  assert.deepEqual([letter?.reason, letter?.attempts], ['retries-exhausted', 5])
  const { orders } = await stage.evidence()
  const pending = orders.filter(({ status }) => status === 'pending')
  assert.deepEqual(
    pending.map(({ userId }) => userId),
    ['doomed'],
  )
  await call(faults, 'DELETE')
  assert.ok(letter)
  await stage.link.redrive(letter.id)
  assertSound(await stage.quiet(41))
})

test('a delay holds one order, not the line', async t => {
  const stage = await startTestSystem(t)
  await stage.startAll()
  const base = stage.runtime.url('producer_order')
  await call(`${stage.runtime.url('inventory_consumer')}/faults`, 'POST', { delay: { delayMs: 1_000 } })
  await placeMany(base, 60)
  const { decisions } = await stage.quiet(60)
  const times = decisions.map(({ decidedNs }) => decidedNs)
  assert.ok(
    (Math.max(...times) - Math.min(...times)) / 1e6 < 1_000,
    '60 delayed orders were decided one after the other',
  )
})

test('no more orders are in flight at once than CONCURRENCY says', async t => {
  const stage = await startTestSystem(t, { inventory_consumer: { CONCURRENCY: '3', INVENTORY_DELAY_MS: '600000' } })
  await stage.startAll()
  await placeMany(stage.runtime.url('producer_order'), 20)
  const begun = async () => {
    const { body } = await call(`${stage.runtime.url('inventory_consumer')}/faults`, 'GET')
    return (body.delay as { injections: number }).injections
  }
  await waitFor(async () => (await begun()) >= 3, { deadlineMs: 60_000, what: 'three orders to be in flight' })
  const began = performance.now()
  while (performance.now() - began < 500) assert.equal(await begun(), 3)
})
