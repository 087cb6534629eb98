// A service does not use a broker too early: no queue that is too young, and no topology that is incomplete.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { waitFor } from '#host/wait-for.ts'
import { ownBroker } from '#infra/testing/test-broker.ts'
import { openConnection } from '../broker/broker.ts'
import { declareTopology, topologyReady } from '../broker/declare-topology.ts'
import { openQueueBrowser, type QueueBrowser } from '../broker/queue-browser.ts'
import { topologyOf } from '../messaging/topology.ts'
import { brokerUrl, messageOf, openBrowser, openSystem, orderOf, placeMany, SERVICES } from './support/system.ts'

/** A quorum queue younger than this loses what it confirmed when the broker is killed. */
const TOO_YOUNG_MS = 1_100

/** By the first lines of the service's log. */
function readyAfterMs(log: string): number {
  const timeOf = (event: string) =>
    Date.parse(new RegExp(`"time":"([^"]+)"[^\\n]*"event":"${event}"`).exec(log)?.[1] ?? '')
  return timeOf('ready to publish') - timeOf('listening')
}

test('new queues are not used before they are old enough, also when only one is new, and a service that finds them old does not wait', async t => {
  const system = await openSystem(t)
  await system.start(['inventory_service'])
  assert.ok(readyAfterMs(system.logOf('inventory_service')) > TOO_YOUNG_MS)
  await system.start(['notification_service'])
  assert.ok(readyAfterMs(system.logOf('notification_service')) < TOO_YOUNG_MS)
  for (const name of ['inventory_service', 'notification_service']) await system.kill(name)
  const browser = await openBrowser(t)
  await browser.remove({ exchanges: [], queues: [`${system.deployment.prefix}order.results`] })
  await system.start(['order_service'])
  assert.ok(readyAfterMs(system.logOf('order_service')) > TOO_YOUNG_MS, 'one of them is new again')
})

test('probes do not pile up behind dead letters', async t => {
  const system = await openSystem(t)
  await system.start(['inventory_service'])
  await system.inspector.operations['publish-raw']({ body: '[]' })
  await system.untilDeadLetters(1)
  await system.start(['order_service', 'notification_service'])
  await system.restart('inventory_service')
  assert.equal((await system.inspector.depths())['inventory.dead-letters'], 1)
})

test('any service alone declares the whole topology, and consumers drop probes without a log line', async t => {
  const system = await openSystem(t)
  await system.start(['inventory_service'])
  await system.inspector.operations.redeliver({ orders: [orderOf('early')] })
  const browser = await openBrowser(t)
  assert.ok((await browser.readyMessages(`${system.deployment.prefix}notification.reserved`)) !== undefined)
  await system.start(['notification_service', 'order_service'])
  await system.untilNotified(1)
  assert.deepEqual(await system.inspector.deadLetters(), [])
  assert.doesNotMatch(system.logOf('inventory_service'), /dead-lettered/)
})

test('a topology is ready once every queue has confirmed its probe, and not before', async t => {
  const system = await openSystem(t)
  const topology = topologyOf(system.deployment.prefix, 3)
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
  const ready = topologyReady(connection, { publish }, { topology, isReady: false, filled: new Set() })
  await waitFor(() => confirms.length === topology.queues.length, {
    deadlineMs: 60_000,
    what: 'a probe for each queue',
  })
  for (const confirm of confirms.slice(1)) confirm.resolve()
  assert.equal(await isReady(), false)
  confirms[0]?.resolve()
  await ready
  assert.equal(await isReady(), true)
})

test('every queue takes a probe before a service publishes, and every delay queue expires to the queue of origin', async t => {
  const system = await openSystem(t)
  await system.start(['order_service'])
  const browser = await openBrowser(t)
  const ready = (name: string) => browser.readyMessages(system.deployment.prefix + name)
  const delayQueues = 3
  await waitFor(async () => (await ready('inventory.orders')) === 1 + delayQueues, {
    deadlineMs: 60_000,
    what: 'a probe and those of the delay queues',
  })
  assert.equal(await ready('notification.reserved'), 1)
})

test('queues that are deleted under running services are declared again, and orders go on', async t => {
  const system = await openSystem(t)
  await system.start()
  const browser = await openBrowser(t)
  const { queues } = topologyOf(system.deployment.prefix, 3)
  await browser.remove({ exchanges: [], queues: queues.map(({ name }) => name) })
  const areBack = async () => {
    const found = await Promise.all(queues.map(({ name }) => browser.readyMessages(name)))
    return found.every(ready => ready !== undefined)
  }
  await waitFor(areBack, { deadlineMs: 30_000, what: 'every queue to be declared again' })
  for (const name of SERVICES) await system.untilHealthy(name)
  const orderIds = await placeMany(system, 5)
  await system.untilNotified(5)
  await system.assertSound({ reserved: orderIds })
})

test('a queue for retries or dead letters that is deleted is declared again when a message needs it', async t => {
  const system = await openSystem(t)
  await system.start(['inventory_service', 'notification_service'])
  const browser = await openBrowser(t)
  const remove = (name: string) => browser.remove({ exchanges: [], queues: [system.deployment.prefix + name] })
  await remove('inventory.dead-letters')
  await system.inspector.operations['publish-raw']({ body: '[]' })
  await system.untilDeadLetters(1)
  await system.untilHealthy('inventory_service')
  await remove('retry.1')
  await system.setFaults('inventory_service', { error: { times: 1 } })
  await system.inspector.operations.redeliver({ orders: [orderOf('retried')] })
  await system.untilNotified(1)
  await system.untilHealthy('inventory_service')
  await system.assertSound({ reserved: ['retried'], raw: [messageOf('poison', 'dead-letter')] })
})

test('a service whose broker is killed while its queues are new becomes healthy, or names the queues to delete', async t => {
  const { address, broker, release } = await ownBroker(t, 'rabbitmq')
  const system = await openSystem(t, { broker: address })
  t.after(release)
  const onBroker = async (work: (browser: QueueBrowser) => Promise<void>) => {
    const browser = await openQueueBrowser(address)
    try {
      await work(browser)
    } finally {
      await browser.close()
    }
  }
  const names = topologyOf(system.deployment.prefix, 3).queues.map(({ name }) => name)
  await onBroker(async browser => {
    system.launch('inventory_service')
    const isLast = async () => (await browser.readyMessages(String(names.at(-1)))) !== undefined
    await waitFor(isLast, { deadlineMs: 30_000, everyMs: 10, what: 'the last queue' })
    await broker.kill()
  })
  await broker.start()
  const advised = async () => {
    const { healthy, problems } = await system.health('inventory_service')
    const [, named] = problems.broker?.match(/^no confirm within .* from (.*?): .*delete such a queue/) ?? []
    return named?.split(', ') ?? (healthy ? [] : undefined)
  }
  const leaderless = await waitFor(advised, { deadlineMs: 60_000, what: 'health or advice' })
  // At once, because the broker takes five seconds for each.
  const remove = (queue: string) => onBroker(browser => browser.remove({ exchanges: [], queues: [queue] }))
  await Promise.all(leaderless.map(remove))
  await system.untilHealthy('inventory_service')
  await system.start(['order_service', 'notification_service'])
  const orderIds = await placeMany(system, 5)
  await system.untilNotified(5)
  await system.assertSound({ reserved: orderIds })
})
