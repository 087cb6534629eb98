// Messages that can never be handled: each is dead-lettered once with its reason, and none is retried.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { orderPlaced } from '#common/contracts/events.ts'
import { messageOf, openSystem, orderOf, placeMany } from './support/system.ts'

const event = orderPlaced(orderOf('poison'), { correlationId: 'c', occurredAt: '2026-01-01T00:00:00.000Z' })
const withData = (data: object) => JSON.stringify({ ...event, data: { ...event.data, ...data } })
const without = (name: 'id' | 'data' | 'type' | 'correlationId') => JSON.stringify({ ...event, [name]: undefined })
const lines = (count: number, quantity: unknown) => Array.from({ length: count }, () => ({ sku: 'burger', quantity }))
const notUtf8 = Buffer.concat([Buffer.from('{"id":"'), Buffer.from([0xff, 0xfe]), Buffer.from('"}')])

type Poison = { name: string; raw: Record<string, unknown>; reason: string; detail: RegExp }
const POISON: Poison[] = [
  { name: 'not JSON', raw: { body: '{"id":' }, reason: 'malformed', detail: /not JSON/ },
  { name: 'empty', raw: { body: '' }, reason: 'malformed', detail: /not JSON/ },
  { name: 'not UTF-8', raw: { base64: notUtf8.toString('base64') }, reason: 'malformed', detail: /not UTF-8/ },
  { name: 'an array', raw: { body: '[1, 2]' }, reason: 'malformed', detail: /object/ },
  { name: 'null', raw: { body: 'null' }, reason: 'malformed', detail: /object/ },
  { name: 'a field missing', raw: { body: without('data') }, reason: 'malformed', detail: /data/ },
  { name: 'no type', raw: { body: without('type') }, reason: 'malformed', detail: /type/ },
  { name: 'a wrong type', raw: { body: withData({ userId: 7 }) }, reason: 'malformed', detail: /userId/ },
  {
    name: 'a negative quantity',
    raw: { body: withData({ items: lines(1, -3) }) },
    reason: 'malformed',
    detail: /quantity/,
  },
  {
    name: 'a huge quantity',
    raw: { body: withData({ items: lines(1, 1e12) }) },
    reason: 'malformed',
    detail: /quantity/,
  },
  { name: '101 lines', raw: { body: withData({ items: lines(101, 1) }) }, reason: 'malformed', detail: /items/ },
  { name: 'a field too many', raw: { body: withData({ free: true }) }, reason: 'malformed', detail: /./ },
  {
    name: 'unknown type',
    raw: { body: JSON.stringify({ ...event, type: 'Hi' }) },
    reason: 'unknown-event',
    detail: /"Hi"/,
  },
  {
    name: 'unknown version',
    raw: { body: JSON.stringify({ ...event, version: 2 }) },
    reason: 'unknown-event',
    detail: /2/,
  },
  { name: 'oversized', raw: { body: `"${'x'.repeat(64 * 1024)}"` }, reason: 'too-large', detail: /65538 bytes/ },
  {
    name: 'odd headers',
    raw: { body: '1', headers: { 'x-attempt': 1e300, 'x-reason': 'ack' } },
    reason: 'malformed',
    detail: /./,
  },
  { name: 'text', raw: { body: 'hello', contentType: 'text/plain' }, reason: 'malformed', detail: /not JSON/ },
]

test('each poison message is dead-lettered once with its reason, and good orders complete', async t => {
  const system = await openSystem(t)
  await system.start()
  const orderIds = await placeMany(system, 30)
  for (const { name, raw } of POISON) await system.inspector.operations['publish-raw']({ ...raw, messageId: name })
  orderIds.push(...(await placeMany(system, 30)))
  await system.untilNotified(60)
  const letters = await system.untilDeadLetters(POISON.length)
  await system.assertSound({ reserved: orderIds, raw: [messageOf('poison', 'dead-letter')] })
  assert.equal(letters.length, POISON.length)
  for (const { name, raw, reason, detail } of POISON) {
    const text = 'base64' in raw ? notUtf8.toString() : raw.body
    const found = letters.filter(letter => letter.body === text)
    assert.deepEqual([found.length, found[0]?.reason, found[0]?.attempts], [1, reason, 1], name)
    assert.match(found[0]?.detail ?? '', detail, name)
  }
  assert.doesNotMatch(system.logOf('inventory_service'), /will be retried/)
})

test('the other services dead-letter a message that they cannot read too', async t => {
  const system = await openSystem(t)
  await system.start(['order_service', 'notification_service'])
  for (const routingKey of ['notification.reserved', 'order.results'])
    await system.inspector.operations['publish-raw']({
      body: '[]',
      exchange: '',
      routingKey: system.deployment.prefix + routingKey,
    })
  const letters = await system.untilDeadLetters(2)
  assert.deepEqual(
    letters.map(({ source, reason }) => [source, reason]),
    [
      ['notification.reserved', 'malformed'],
      ['order.results', 'malformed'],
    ],
  )
})
