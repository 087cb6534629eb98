// Without the outbox: every answer is true, whatever the broker does; and the anomaly that the outbox prevents.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { deriveOrderId } from '#common/contracts/order-id.ts'
import { waitFor } from '#host/wait-for.ts'
import { openProxy } from './support/proxy.ts'
import { burger, openBrowser, openSystem, placeMany, placeOrder, type RabbitmqSystem } from './support/system.ts'

const OFF = { OUTBOX: 'off' }
const CONSUMERS = ['inventory_service', 'notification_service'] as const

/** `POST /order` of a burger under a key, as status and code. */
async function place(system: RabbitmqSystem, key: string): Promise<[number, unknown]> {
  const answer = await placeOrder(system, burger(), { 'idempotency-key': key })
  const { code, status } = (await answer.json()) as Record<string, unknown>
  return [answer.status, code ?? status]
}

/** `GET /order/:id` of the order under that key: its status, or undefined where there is none. */
async function statusOf(system: RabbitmqSystem, key: string): Promise<unknown> {
  const answer = await fetch(`${system.url('order_service')}/order/${deriveOrderId('user', key)}`)
  const { status } = (await answer.json()) as Record<string, unknown>
  return answer.status === 200 ? status : undefined
}

const onTheirWay = async (system: RabbitmqSystem): Promise<number> => {
  const page = await fetch(`${system.url('order_service')}/orders`)
  return ((await page.json()) as { onTheirWay: number }).onTheirWay
}

const untilStatus = (system: RabbitmqSystem, key: string, status: string) =>
  waitFor(async () => (await statusOf(system, key)) === status, { deadlineMs: 30_000, what: `${key} to be ${status}` })

test('while the broker is away an order is refused and not stored, and its key places it afterwards', async t => {
  const proxy = await openProxy(t)
  const system = await openSystem(t, { servicesBroker: proxy.url })
  system.launch('order_service', { environment: OFF })
  await system.untilUnhealthy('order_service', 'broker')
  assert.deepEqual(await place(system, 'early'), [503, 'unavailable'])
  assert.deepEqual((await system.evidence()).orders, [])
  await proxy.restore()
  await system.untilHealthy('order_service')
  assert.deepEqual(await place(system, 'early'), [202, 'pending'])
  await system.start([...CONSUMERS])
  await system.untilNotified(1)
  await untilStatus(system, 'early', 'reserved')
  await system.assertSound({ reserved: [deriveOrderId('user', 'early')] })
})

test('an order whose event no queue takes is refused and removed, and its key places it afterwards', async t => {
  const system = await openSystem(t)
  await system.start(['order_service'], { environment: OFF })
  const browser = await openBrowser(t)
  await browser.remove({ exchanges: [], queues: [`${system.deployment.prefix}inventory.orders`] })
  assert.deepEqual(await place(system, 'nowhere'), [503, 'unavailable'])
  assert.equal(await statusOf(system, 'nowhere'), undefined)
  assert.deepEqual((await system.evidence()).orders, [])
  await system.start([...CONSUMERS])
  await system.untilHealthy('order_service')
  assert.deepEqual(await place(system, 'nowhere'), [202, 'pending'])
  await system.untilNotified(1)
  await system.assertSound({ reserved: [deriveOrderId('user', 'nowhere')] })
})

test('an order whose event is not confirmed in time is unknown until its result comes, and others are refused meanwhile', async t => {
  const proxy = await openProxy(t)
  await proxy.restore()
  const system = await openSystem(t, { servicesBroker: proxy.url })
  // Long enough to observe the order meanwhile.
  await system.start(['order_service'], { environment: { ...OFF, PUBLISH_DEADLINE_MS: '3000' } })
  proxy.hold()
  const unknown = place(system, 'unknown')
  await waitFor(async () => (await onTheirWay(system)) === 1, {
    deadlineMs: 5_000,
    everyMs: 5,
    what: 'the order to be in flight',
  })
  assert.equal(await statusOf(system, 'unknown'), undefined, 'it may still be removed')
  assert.deepEqual(await unknown, [504, 'deadline-passed'])
  assert.equal(await statusOf(system, 'unknown'), 'pending')
  assert.deepEqual(await place(system, 'unknown'), [409, 'order-undecided'])
  assert.deepEqual(await place(system, 'refused'), [503, 'unavailable'])
  assert.equal((await system.evidence()).orders.length, 1)
  assert.equal(await onTheirWay(system), 0)
  proxy.release()
  await system.start([...CONSUMERS])
  await untilStatus(system, 'unknown', 'reserved')
  assert.deepEqual(await place(system, 'unknown'), [200, 'reserved'])
  assert.deepEqual(await place(system, 'refused'), [202, 'pending'])
  await system.untilNotified(2)
  await system.assertSound({ reserved: ['unknown', 'refused'].map(key => deriveOrderId('user', key)) })
})

test('the anomaly: an event that is lost on its way leaves its order pending for ever', async t => {
  const proxy = await openProxy(t)
  await proxy.restore()
  const system = await openSystem(t, { servicesBroker: proxy.url })
  await system.start(['order_service'], { environment: OFF })
  proxy.hold()
  assert.deepEqual(await place(system, 'lost'), [504, 'deadline-passed'])
  await proxy.cut()
  proxy.release()
  await proxy.restore()
  await system.start([...CONSUMERS])
  await system.untilHealthy('order_service')
  await assertUndecided(system, 'lost')
})

for (const OUTBOX of ['on', 'off'] as const)
  test(`a crash between store and publish: with OUTBOX=${OUTBOX} the order is ${OUTBOX === 'on' ? 'decided' : 'pending for ever, the anomaly'}`, async t => {
    const system = await openSystem(t)
    await system.start(['order_service'], { environment: { OUTBOX, ORDER_CRASH_AT: 'store-publish' } })
    await assert.rejects(place(system, 'crashed'))
    await system.processOf('order_service')?.exited
    await system.start(['order_service', ...CONSUMERS], { environment: { OUTBOX } })
    if (OUTBOX === 'off') return assertUndecided(system, 'crashed')
    await system.untilNotified(1)
    await untilStatus(system, 'crashed', 'reserved')
    await system.assertSound({ reserved: [deriveOrderId('user', 'crashed')] })
  })

test('a crash between publish and answer, without the outbox: the order is decided, and its key says so', async t => {
  const system = await openSystem(t)
  await system.start(['order_service'], { environment: { ...OFF, ORDER_CRASH_AT: 'publish-answer' } })
  await assert.rejects(place(system, 'published'))
  await system.processOf('order_service')?.exited
  await system.start(['order_service', ...CONSUMERS], { environment: OFF })
  await system.untilNotified(1)
  await untilStatus(system, 'published', 'reserved')
  assert.deepEqual(await place(system, 'published'), [200, 'reserved'])
  await system.assertSound({ reserved: [deriveOrderId('user', 'published')] })
})

/** Another order is placed and decided, every queue is empty, and this order is still pending. */
async function assertUndecided(system: RabbitmqSystem, key: string): Promise<void> {
  const [other] = await placeMany(system, 1, 'another')
  await system.untilDecided(1)
  await system.untilNotified(1)
  await system.untilDepthsAreZero()
  assert.deepEqual(
    (await system.evidence()).decisions.map(row => row.orderId),
    [other],
  )
  assert.equal(await statusOf(system, key), 'pending')
  assert.deepEqual(await place(system, key), [409, 'order-undecided'])
}

test('a store with events in its outbox is refused without the outbox, and publishes them with it', async t => {
  const proxy = await openProxy(t)
  await proxy.restore()
  const system = await openSystem(t, { servicesBroker: proxy.url })
  await system.start(['order_service'])
  await proxy.cut()
  const orderIds = await placeMany(system, 3)
  await system.kill('order_service')
  const refused = system.launch('order_service', { environment: OFF })
  assert.equal((await refused.exited).code, 2)
  assert.match(system.logOf('order_service'), /its outbox holds events of accepted orders; start it with OUTBOX=on/)
  await proxy.restore()
  await system.start()
  await system.untilNotified(3)
  await system.assertSound({ reserved: orderIds })
})
