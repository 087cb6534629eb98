// Without the outbox: every answer is true, whatever becomes of the broker; and what the outbox would have prevented.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { deriveOrderId } from '#common/contracts/order-id.ts'
import { waitFor } from '#host/wait-for.ts'
import { openQueueBrowser } from '../broker/queue-browser.ts'
import { assertWhole, burger, decisions, orders, placeMany, untilDecided, untilNotified } from './support/evidence.ts'
import { brokerUrl, openDeployment, type TestDeployment } from './support/deployment.ts'
import { openProxy } from './support/proxy.ts'

const OFF = { OUTBOX: 'off' }
const READERS = ['inventory_service', 'notification_service'] as const

/** `POST /order` of a burger under a key, as status and code. */
async function ask(place: TestDeployment, key: string): Promise<[number, unknown]> {
  const answer = await place.placeOrder(burger(), { 'idempotency-key': key })
  const { code, status } = (await answer.json()) as Record<string, unknown>
  return [answer.status, code ?? status]
}

/** `GET /order/:id` of the order under that key: its status, or undefined where there is none. */
async function statusOf(place: TestDeployment, key: string): Promise<unknown> {
  const answer = await fetch(`${place.url('order_service')}/order/${deriveOrderId('user', key)}`)
  const { status } = (await answer.json()) as Record<string, unknown>
  return answer.status === 200 ? status : undefined
}

const onTheirWay = async (place: TestDeployment): Promise<number> => {
  const page = await fetch(`${place.url('order_service')}/orders`)
  return ((await page.json()) as { onTheirWay: number }).onTheirWay
}

const untilStatus = (place: TestDeployment, key: string, status: string) =>
  waitFor(async () => (await statusOf(place, key)) === status, { deadlineMs: 30_000, what: `${key} to be ${status}` })

test('while the broker is away an order is refused and leaves nothing, and its key places it afterwards', async t => {
  const proxy = await openProxy(t)
  const place = await openDeployment(t, { amqp: proxy.url })
  place.launch('order_service', OFF)
  await place.unhealthy('order_service', 'broker')
  assert.deepEqual(await ask(place, 'early'), [503, 'unavailable'])
  assert.deepEqual(await orders(place), [])
  await proxy.mend()
  await place.healthy('order_service')
  assert.deepEqual(await ask(place, 'early'), [202, 'pending'])
  await place.start([...READERS])
  await untilNotified(place, 1)
  await untilStatus(place, 'early', 'reserved')
  await assertWhole(place, [deriveOrderId('user', 'early')])
})

test('an order whose event no queue is bound for is refused and taken back, and its key places it afterwards', async t => {
  const place = await openDeployment(t)
  await place.start(['order_service'], OFF)
  const browser = await openQueueBrowser(brokerUrl())
  t.after(() => browser.close())
  await browser.remove({ exchanges: [], queues: [`${place.prefix}inventory.orders`] })
  assert.deepEqual(await ask(place, 'nowhere'), [503, 'unavailable'])
  assert.equal(await statusOf(place, 'nowhere'), undefined)
  assert.deepEqual(await orders(place), [])
  await place.start([...READERS])
  assert.deepEqual(await ask(place, 'nowhere'), [202, 'pending'])
  await untilNotified(place, 1)
  await assertWhole(place, [deriveOrderId('user', 'nowhere')])
})

test('what was handed over and not confirmed in time is unknown; meanwhile others are refused; its result tells', async t => {
  const proxy = await openProxy(t)
  await proxy.mend()
  const place = await openDeployment(t, { amqp: proxy.url })
  // Long enough to be looked at meanwhile.
  await place.start(['order_service'], { ...OFF, PUBLISH_DEADLINE_MS: '3000' })
  proxy.hold()
  const unknown = ask(place, 'unknown')
  await waitFor(async () => (await onTheirWay(place)) === 1, {
    deadlineMs: 5_000,
    everyMs: 5,
    what: 'it to be on its way',
  })
  assert.equal(await statusOf(place, 'unknown'), undefined, 'it may yet be taken back')
  assert.deepEqual(await unknown, [504, 'deadline-passed'])
  assert.equal(await statusOf(place, 'unknown'), 'pending')
  assert.deepEqual(await ask(place, 'unknown'), [409, 'order-undecided'])
  assert.deepEqual(await ask(place, 'refused'), [503, 'unavailable'])
  assert.equal((await orders(place)).length, 1)
  assert.equal(await onTheirWay(place), 0)
  proxy.release()
  await place.start([...READERS])
  await untilStatus(place, 'unknown', 'reserved')
  assert.deepEqual(await ask(place, 'unknown'), [200, 'reserved'])
  assert.deepEqual(await ask(place, 'refused'), [202, 'pending'])
  await untilNotified(place, 2)
  await assertWhole(
    place,
    ['unknown', 'refused'].map(key => deriveOrderId('user', key)),
  )
})

test('the anomaly: an event that was lost on its way leaves its order pending for ever', async t => {
  const proxy = await openProxy(t)
  await proxy.mend()
  const place = await openDeployment(t, { amqp: proxy.url })
  await place.start(['order_service'], OFF)
  proxy.hold()
  assert.deepEqual(await ask(place, 'lost'), [504, 'deadline-passed'])
  await proxy.cut()
  proxy.release()
  await proxy.mend()
  await place.start([...READERS])
  await place.healthy('order_service')
  await assertStuck(place, 'lost')
})

for (const OUTBOX of ['on', 'off'] as const)
  test(`a crash between store and publish: with OUTBOX=${OUTBOX} the order is ${OUTBOX === 'on' ? 'decided' : 'pending for ever, the anomaly'}`, async t => {
    const place = await openDeployment(t)
    await place.start(['order_service'], { OUTBOX, ORDER_CRASH_AT: 'store-publish' })
    await assert.rejects(ask(place, 'crashed'))
    await place.exited('order_service')
    await place.start(['order_service', ...READERS], { OUTBOX })
    if (OUTBOX === 'off') return assertStuck(place, 'crashed')
    await untilNotified(place, 1)
    await untilStatus(place, 'crashed', 'reserved')
    await assertWhole(place, [deriveOrderId('user', 'crashed')])
  })

/** An order of another key is placed and decided, nothing waits anywhere, and this one is pending. */
async function assertStuck(place: TestDeployment, key: string): Promise<void> {
  const [other] = await placeMany(place, 1, 'another')
  await untilDecided(place, 1)
  await untilNotified(place, 1)
  const empty = async () => Object.values(await place.link.depths()).every(depth => depth === 0)
  await waitFor(empty, { deadlineMs: 30_000, what: 'every queue to be empty' })
  assert.deepEqual(
    (await decisions(place)).map(row => row.orderId),
    [other],
  )
  assert.equal(await statusOf(place, key), 'pending')
  assert.deepEqual(await ask(place, key), [409, 'order-undecided'])
}

test('a store whose outbox still holds events is refused without the outbox, and hands them over with it', async t => {
  const proxy = await openProxy(t)
  const place = await openDeployment(t, { amqp: proxy.url })
  place.launch('order_service')
  await place.unhealthy('order_service', 'broker')
  const orderIds = await placeMany(place, 3)
  await place.kill('order_service')
  const refused = place.launch('order_service', OFF)
  await waitFor(() => !refused.running, { deadlineMs: 30_000, what: 'it to be refused' })
  assert.equal((await refused.exited).code, 2)
  assert.match(place.log('order_service'), /its outbox holds events of accepted orders; start it with OUTBOX=on/)
  await proxy.mend()
  await place.start()
  await untilNotified(place, 3)
  await assertWhole(place, orderIds)
})
