// Messages that can never be handled: each is dead-lettered once with its reason, and none is retried.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { orderPlaced } from '#common/contracts/events.ts'
import { openConnection } from '../broker/broker.ts'
import { topologyOf } from '../messaging/topology.ts'
import { header, longText, nestedTable, publishWithHeaders, sized } from './support/raw-headers.ts'
import { brokerUrl, messageOf, openBrowser, openSystem, orderOf, placeMany, SERVICES } from './support/system.ts'

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
  { name: 'oversized', raw: { body: `"${'x'.repeat(512 * 1024)}"` }, reason: 'too-large', detail: /524290 bytes/ },
  {
    name: 'odd headers',
    raw: { body: '1', headers: { 'x-attempt': 1e300, 'x-reason': 'ack' } },
    reason: 'malformed',
    detail: /./,
  },
  { name: 'text', raw: { body: 'hello', contentType: 'text/plain' }, reason: 'malformed', detail: /not JSON/ },
  { name: 'several frames', raw: { body: 'x'.repeat(900_000) }, reason: 'too-large', detail: /900000 bytes/ },
  { name: 'the type of a probe', raw: { body: '"probe"', type: 'probe' }, reason: 'malformed', detail: /object/ },
  { name: 'headers', raw: { body: '2', headers: { big: 'x'.repeat(20_000) } }, reason: 'malformed', detail: /object$/ },
  {
    name: 'headers beyond what a copy can have',
    raw: { body: '3', headers: { kind: 'theirs', big: 'x'.repeat(125_000) } },
    reason: 'malformed',
    detail: /object; 1 of its headers was left out$/,
  },
]

test('each poison message is dead-lettered once with its reason, and good orders complete', async t => {
  const system = await openSystem(t)
  await system.start()
  const orderIds = await placeMany(system, 30)
  for (const { name, raw } of POISON) await system.inspector.operations['publish-raw']({ ...raw, messageId: name })
  orderIds.push(...(await placeMany(system, 30)))
  const typed = orderPlaced(orderOf('typed'), { correlationId: 'c', occurredAt: event.occurredAt })
  await system.inspector.operations['publish-raw']({ body: JSON.stringify(typed), type: 'probe' })
  orderIds.push('typed')
  await system.untilNotified(61)
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

test('headers that are not what the broker writes cost neither the consumer nor a good message anything', async t => {
  const system = await openSystem(t)
  await system.start()
  const connection = openConnection(brokerUrl(), 'a test')
  t.after(() => connection.close())
  const channel = await connection.acquire()
  await channel.confirmSelect()
  const forged = [[{ reason: { toString: 1 } }], [null], 'deaths', [{ reason: [1] }], { reason: 'x' }]
  const publish = (headers: Record<string, unknown>) =>
    channel.basicPublish({ exchange: '', routingKey: `${system.deployment.prefix}inventory.orders`, headers }, '[]')
  for (const deaths of forged) await publish({ 'x-death': deaths, 'x-delivery-count': 'many', 'x-left-out': 'all' })
  await channel.close()
  const orderIds = await placeMany(system, 5)
  await system.untilNotified(5)
  const letters = await system.untilDeadLetters(forged.length)
  assert.deepEqual(new Set(letters.map(letter => letter.reason)), new Set(['malformed']))
  await system.assertSound({ reserved: orderIds, raw: forged.map(() => messageOf('forged', 'dead-letter')) })
})

test('listing dead letters removes none, whatever its type, and the headers of a dead letter are those of its message', async t => {
  const system = await openSystem(t)
  await system.start(['inventory_service'])
  const raw = { body: '[]', type: 'probe', headers: { kind: 'theirs', big: 'x'.repeat(20_000) } }
  await system.inspector.operations['publish-raw'](raw)
  await system.untilDeadLetters(1)
  const browser = await openBrowser(t)
  const held = await browser.hold(`${system.deployment.prefix}inventory.dead-letters`)
  await held.release()
  const found = held.messages.map(({ message: { type, headers } }) => {
    return { type, kind: headers.kind, big: String(headers.big).length }
  })
  assert.deepEqual(found, [{ type: 'probe', kind: 'theirs', big: 20_000 }])
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
  assert.deepEqual(letters.map(({ source, reason }) => `${source}: ${reason}`).toSorted(), [
    'notification.reserved: malformed',
    'order.results: malformed',
  ])
})

test('headers that are nested 10,000 times cost neither the line nor the list of dead letters anything', async t => {
  const system = await openSystem(t)
  await system.start()
  const { queue, deadLetters } = topologyOf(system.deployment.prefix, 3).consumerQueues.inventory
  const connection = openConnection(brokerUrl(), 'a test')
  t.after(() => connection.close())
  // With tables, or twice as many levels, the broker itself takes seconds for each message.
  const headers = Buffer.concat([
    header('kind', longText('theirs')),
    header('deep', sized('A', nestedTable(10_000, 'A'))),
  ])
  const good = orderPlaced(orderOf('nested'), { correlationId: 'c', occurredAt: event.occurredAt })
  await publishWithHeaders(connection, queue, headers, '[]')
  await publishWithHeaders(connection, queue, headers, JSON.stringify(good))
  const orderIds = ['nested', ...(await placeMany(system, 5))]
  await system.untilNotified(orderIds.length)
  const [letter] = await system.untilDeadLetters(1)
  assert.equal(letter?.reason, 'malformed')
  for (const service of SERVICES) await system.untilHealthy(service)
  assert.doesNotMatch(SERVICES.map(system.logOf).join(''), /the channel was lost|the connection was lost/)

  // As the broker itself would put them there.
  const late = orderPlaced(orderOf('late'), { correlationId: 'c', occurredAt: event.occurredAt })
  await publishWithHeaders(connection, deadLetters, headers, JSON.stringify(late))
  const letters = await system.untilDeadLetters(2)
  await system.inspector.redrive(letters.find(({ orderId }) => orderId === 'late')?.id ?? '')
  await system.untilNotified(orderIds.length + 1)
  assert.deepEqual(await system.inspector.deadLetters(), [letter])
  await system.assertSound({ reserved: [...orderIds, 'late'], raw: [messageOf('nested poison', 'dead-letter')] })
})
