// The promises of the outbox: what was answered 202 reaches its queue, whatever becomes of the broker.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { waitFor } from '#host/wait-for.ts'
import { openQueueBrowser } from '../broker/queue-browser.ts'
import { assertWhole, burger, orders, placeMany, untilNotified, untilSettled } from './support/evidence.ts'
import { fillDisk } from './support/full-disk.ts'
import { brokerUrl, openDeployment, SERVICES } from './support/deployment.ts'
import { openProxy } from './support/proxy.ts'

const DEADLINE_MS = 15_000

test('without a broker at its start a service starts, says so once, takes orders, and hands them over later', async t => {
  const proxy = await openProxy(t)
  const place = await openDeployment(t, { amqp: proxy.url })
  for (const name of SERVICES) place.launch(name)
  await place.unhealthy('order_service', 'broker')
  const orderIds = await placeMany(place, 20)
  assert.equal(place.log('order_service').match(/the broker is away/g)?.length, 1)
  await place.unhealthy('inventory_service', 'consumer')
  await proxy.mend()
  for (const name of SERVICES) await place.healthy(name)
  await untilNotified(place, 20)
  await untilSettled(place, 20)
  await assertWhole(place, orderIds)
})

test('a wire that is cut again and again loses and doubles nothing', async t => {
  const proxy = await openProxy(t)
  await proxy.mend()
  const place = await openDeployment(t, { amqp: proxy.url })
  await place.start()
  const orderIds: string[] = []
  for (let round = 0; round < 4; round++) {
    orderIds.push(...(await placeMany(place, 50)))
    await proxy.cut()
    orderIds.push(...(await placeMany(place, 50)))
    await proxy.mend()
  }
  await untilNotified(place, orderIds.length)
  await untilSettled(place, orderIds.length)
  await assertWhole(place, orderIds)
})

test('while the broker blocks its publishers the service is unhealthy and takes orders on', async t => {
  const proxy = await openProxy(t)
  await proxy.mend()
  const place = await openDeployment(t, { amqp: proxy.url })
  await place.start()
  proxy.sayBlocked()
  await place.unhealthy('order_service', 'publishing')
  const orderIds = await placeMany(place, 20)
  proxy.sayUnblocked()
  await untilNotified(place, 20)
  await untilSettled(place, 20)
  await assertWhole(place, orderIds)
  await place.healthy('order_service')
})

test('an event that no queue is bound for stays in the outbox until one is', async t => {
  const place = await openDeployment(t)
  await place.start(['order_service'])
  const browser = await openQueueBrowser(brokerUrl())
  t.after(() => browser.close())
  await browser.remove({ exchanges: [], queues: [`${place.prefix}inventory.orders`] })
  const orderIds = await placeMany(place, 10)
  await place.unhealthy('order_service', 'relay')
  await place.start(['inventory_service', 'notification_service'])
  await untilNotified(place, 10)
  await untilSettled(place, 10)
  await assertWhole(place, orderIds)
  await place.healthy('order_service')
})

test('events reach the queue in the order in which their orders were stored', async t => {
  const place = await openDeployment(t)
  await place.start(['order_service'])
  for (let round = 0; round < 5; round++) await placeMany(place, 60)
  const browser = await openQueueBrowser(brokerUrl())
  t.after(() => browser.close())
  const queue = `${place.prefix}inventory.orders`
  // The probe of the service's start is there too.
  await waitFor(async () => ((await browser.readyMessages(queue)) ?? 0) >= 300, {
    deadlineMs: DEADLINE_MS,
    what: 'the events',
  })
  const ids: string[] = []
  await browser.walk(queue, async ({ body }) => {
    ids.push((JSON.parse(body.toString()) as { data: { orderId: string } }).data.orderId)
    return 'keep'
  })
  assert.deepEqual(
    ids,
    (await orders(place)).map(row => row.orderId),
  )
})

test('when the store is full the client is told 503, nothing is kept, and it goes on when there is room', async t => {
  const place = await openDeployment(t)
  place.launch('order_service', {}, { quiet: true })
  await place.healthy('order_service')
  const [first] = await placeMany(place, 1)
  const disk = fillDisk(place, 'order_service')
  const refused = await waitFor(
    async () => {
      const answer = await place.placeOrder(burger())
      return answer.status !== 202 && answer
    },
    { deadlineMs: DEADLINE_MS, everyMs: 1, what: 'the store to be full' },
  )
  assert.equal(refused.status, 503)
  assert.equal(((await refused.json()) as { code: string }).code, 'store-failed')
  disk.makeRoom()
  const before = (await orders(place)).length
  await placeMany(place, 1)
  assert.equal((await orders(place)).length, before + 1)
  assert.equal((await orders(place))[0]?.orderId, first)
})
