// A service does not trust a broker too early: neither queues that are too young, nor a topology that does not stand.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { waitFor } from '#host/wait-for.ts'
import { openConnection } from '../broker/broker.ts'
import { openQueueBrowser } from '../broker/queue-browser.ts'
import { declareTopology, topologyReady } from '../broker/declare-topology.ts'
import { topologyOf } from '../messaging/topology.ts'
import { orderOf, untilNotified } from './support/evidence.ts'
import { brokerUrl, openDeployment } from './support/deployment.ts'
import { openProxy } from './support/proxy.ts'

/** A quorum queue younger than this loses what it confirmed when the broker is killed. */
const TOO_YOUNG_MS = 1_100

/** From the first line of the service's log that says so. */
function healthyAfterMs(log: string): number {
  const timeOf = (event: string) =>
    Date.parse(new RegExp(`"time":"([^"]+)"[^\\n]*"event":"${event}"`).exec(log)?.[1] ?? '')
  return timeOf('ready to publish') - timeOf('listening')
}

test('queues come of age before they are used, and whoever finds them old need not wait', async t => {
  const place = await openDeployment(t)
  await place.start(['inventory_service'])
  assert.ok(healthyAfterMs(place.log('inventory_service')) > TOO_YOUNG_MS)
  await place.start(['notification_service'])
  assert.ok(healthyAfterMs(place.log('notification_service')) < TOO_YOUNG_MS)
})

test('any service alone declares all that the others read, and probes are dropped in silence', async t => {
  const place = await openDeployment(t)
  await place.start(['inventory_service'])
  await place.link.operations.redeliver({ orders: [orderOf('early')] })
  const browser = await openQueueBrowser(brokerUrl())
  t.after(() => browser.close())
  assert.ok((await browser.readyMessages(`${place.prefix}notification.reserved`)) !== undefined)
  await place.start(['notification_service', 'order_service'])
  await untilNotified(place, 1)
  assert.deepEqual(await place.link.deadLetters(), [])
  assert.doesNotMatch(place.log('inventory_service'), /dead-lettered/)
})

test('a topology counts as settled when every queue has confirmed its probe, and not before', async t => {
  const place = await openDeployment(t)
  const topology = topologyOf(place.prefix, 3)
  const connection = openConnection(brokerUrl(), 'a test')
  t.after(() => connection.close())
  const isReady = async () => (await declareTopology(connection, topology)).isReady
  assert.equal(await isReady(), false)
  const confirms: PromiseWithResolvers<void>[] = []
  const publish = () => {
    const confirm = Promise.withResolvers<void>()
    confirms.push(confirm)
    return confirm.promise
  }
  const settled = topologyReady(connection, { publish }, { topology, isReady: false })
  await waitFor(() => confirms.length === topology.queues.length, {
    deadlineMs: 60_000,
    what: 'a probe for each queue',
  })
  for (const confirm of confirms.slice(1)) confirm.resolve()
  assert.equal(await isReady(), false)
  confirms[0]?.resolve()
  await settled
  assert.equal(await isReady(), true)
})

test('every queue takes a probe before the broker is trusted, and every step of the ladder leads back', async t => {
  const place = await openDeployment(t)
  await place.start(['order_service'])
  const browser = await openQueueBrowser(brokerUrl())
  t.after(() => browser.close())
  const ready = (name: string) => browser.readyMessages(place.prefix + name)
  const steps = 3
  await waitFor(async () => (await ready('inventory.orders')) === 1 + steps, {
    deadlineMs: 60_000,
    what: 'a probe and those of the ladder',
  })
  assert.equal(await ready('notification.reserved'), 1)
})

test('a consumer whose queue is deleted is unhealthy; a new connection declares all that is missing', async t => {
  const proxy = await openProxy(t)
  await proxy.mend()
  const place = await openDeployment(t, { amqp: proxy.url })
  await place.start(['inventory_service'])
  const browser = await openQueueBrowser(brokerUrl())
  t.after(() => browser.close())
  const queues = ['inventory.orders', 'notification.reserved'].map(name => place.prefix + name)
  await browser.remove({ exchanges: [], queues })
  await place.unhealthy('inventory_service', 'consumer')
  await proxy.cut()
  await proxy.mend()
  await place.healthy('inventory_service')
  for (const queue of queues) assert.ok((await browser.readyMessages(queue)) !== undefined, queue)
})
