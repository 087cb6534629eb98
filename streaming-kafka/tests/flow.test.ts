import assert from 'node:assert/strict'
import { test } from 'node:test'
import { call, order, placeMany } from './client.ts'
import { assertSound, createStage } from './stage.ts'

test('orders are accepted, decided once, confirmed once and counted', async t => {
  const stage = await createStage(t, { inventory_consumer: { INITIAL_STOCK: '{"scarce":{"burger":3}}' } })
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
  const metrics = await stage.ask('analytics_consumer', '/metrics.json')
  assert.partialDeepStrictEqual(metrics, { orders: 210 })
})

test('the same key shows the order in its present state, another body is refused, and no 2xx order is ever 404', async t => {
  const stage = await createStage(t, {
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
  const stage = await createStage(t)
  await stage.startAll()
  const base = stage.runtime.url('producer_order')
  const [one, two] = await Promise.all(
    [order('ada', 'main'), order('ada', 'main', 'pizza')].map(body => call(`${base}/order`, 'POST', body, 'key')),
  )
  assert.deepEqual(new Set([one?.status, two?.status]), new Set([202, 422]))
  assertSound(await stage.quiet(1))
  const records = (await stage.link.verbs['topic-records']?.({ topic: 'orders' })) as unknown[]
  assert.equal(records.length, 1)
})
