// The promises of the outbox: the event of every order that was answered 202 reaches its queue, whatever the broker does.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { waitFor } from '#host/wait-for.ts'
import { openProxy } from './support/proxy.ts'
import { burger, fillDisk, openBrowser, openSystem, placeMany, placeOrder, SERVICES } from './support/system.ts'

const DEADLINE_MS = 15_000

test('a service that starts without a broker reports it once, accepts orders, and publishes them later', async t => {
  const proxy = await openProxy(t)
  const system = await openSystem(t, { servicesBroker: proxy.url })
  for (const name of SERVICES) system.launch(name)
  await system.untilUnhealthy('order_service', 'broker')
  // A new store does not know yet whether it will read the results.
  assert.equal((await placeOrder(system, burger())).status, 503)
  assert.equal(system.logOf('order_service').match(/the broker is away/g)?.length, 1)
  await system.untilUnhealthy('inventory_service', 'consumer')
  await proxy.restore()
  for (const name of SERVICES) await system.untilHealthy(name)
  await proxy.cut()
  await system.kill('order_service')
  system.launch('order_service')
  await system.untilUnhealthy('order_service', 'broker')
  const orderIds = await placeMany(system, 20)
  await proxy.restore()
  for (const name of SERVICES) await system.untilHealthy(name)
  await system.untilQuiescent(20)
  await system.assertSound({ reserved: orderIds })
})

test('a connection that is cut repeatedly loses and duplicates no order', async t => {
  const proxy = await openProxy(t)
  await proxy.restore()
  const system = await openSystem(t, { servicesBroker: proxy.url })
  await system.start()
  const orderIds: string[] = []
  for (let round = 0; round < 4; round++) {
    orderIds.push(...(await placeMany(system, 50)))
    await proxy.cut()
    orderIds.push(...(await placeMany(system, 50)))
    await proxy.restore()
  }
  await system.untilQuiescent(orderIds.length)
  await system.assertSound({ reserved: orderIds })
})

test('while the broker blocks its publishers the order service is unhealthy and accepts orders, and no longer than its connection lasts', async t => {
  const proxy = await openProxy(t)
  await proxy.restore()
  const system = await openSystem(t, { servicesBroker: proxy.url })
  await system.start()
  proxy.sendBlocked()
  await system.untilUnhealthy('order_service', 'publishing')
  const orderIds = await placeMany(system, 20)
  proxy.sendUnblocked()
  await system.untilQuiescent(20)
  await system.untilHealthy('order_service')
  proxy.sendBlocked()
  await system.untilUnhealthy('order_service', 'publishing')
  orderIds.push(...(await placeMany(system, 20)))
  await proxy.cut()
  await proxy.restore()
  await system.untilQuiescent(40)
  await system.assertSound({ reserved: orderIds })
  await system.untilHealthy('order_service')
})

test('an event that no queue is bound for stays in the outbox until the service has declared the queue again', async t => {
  const system = await openSystem(t)
  await system.start(['order_service'])
  const browser = await openBrowser(t)
  await browser.remove({ exchanges: [], queues: [`${system.deployment.prefix}inventory.orders`] })
  const orderIds = await placeMany(system, 10)
  const depth = async () => (await browser.readyMessages(`${system.deployment.prefix}inventory.orders`)) ?? 0
  await waitFor(async () => (await depth()) >= 10, { deadlineMs: DEADLINE_MS, what: 'the events' })
  assert.match(system.logOf('order_service'), /no queue is bound/)
  await system.start(['inventory_service', 'notification_service'])
  await system.untilQuiescent(10)
  await system.assertSound({ reserved: orderIds })
  await system.untilHealthy('order_service')
})

test('events reach the queue in the order in which their orders were stored', async t => {
  const system = await openSystem(t)
  await system.start(['order_service'])
  for (let round = 0; round < 5; round++) await placeMany(system, 60)
  const browser = await openBrowser(t)
  const queue = `${system.deployment.prefix}inventory.orders`
  // The probes of the service's start are in the queue too.
  await waitFor(async () => ((await browser.readyMessages(queue)) ?? 0) >= 300, {
    deadlineMs: DEADLINE_MS,
    what: 'the events',
  })
  const held = await browser.hold(queue)
  await held.release()
  const ids = held.messages.map(
    ({ message }) => (JSON.parse(message.body.toString()) as { data: { orderId: string } }).data.orderId,
  )
  assert.deepEqual(
    ids,
    (await system.evidence()).orders.map(row => row.orderId),
  )
})

test('while the store is full the client is answered 503 and nothing is stored; orders are accepted again once there is room', async t => {
  const system = await openSystem(t)
  system.launch('order_service', { logged: false })
  await system.untilHealthy('order_service')
  const [first] = await placeMany(system, 1)
  const disk = fillDisk(system, 'order_service')
  const refused = await waitFor(
    async () => {
      const answer = await placeOrder(system, burger())
      return answer.status !== 202 && answer
    },
    { deadlineMs: DEADLINE_MS, everyMs: 1, what: 'the store to be full' },
  )
  assert.equal(refused.status, 503)
  assert.equal(((await refused.json()) as { code: string }).code, 'store-failed')
  disk.makeRoom()
  const before = (await system.evidence()).orders.length
  await placeMany(system, 1)
  assert.equal((await system.evidence()).orders.length, before + 1)
  assert.equal((await system.evidence()).orders[0]?.orderId, first)
})
