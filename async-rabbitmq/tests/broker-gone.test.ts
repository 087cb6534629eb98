// A RabbitMQ of their own is killed (SIGKILL) under load and started again on its data and port, or paused, or blocks its publishers.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { assertSound } from '#conformance/assert-sound.ts'
import { deriveOrderId } from '#common/contracts/order-id.ts'
import { deadLettersOf } from '#engine/experiment/dead-letters.ts'
import { waitFor } from '#host/wait-for.ts'
import { brokerToBreak, raiseMemoryAlarm } from '#infra/testing/test-broker.ts'
import { visitDeadLetters } from '../lab/dead-letters.ts'
import { openQueueBrowser } from '../broker/queue-browser.ts'
import { topologyOf } from '../messaging/topology.ts'
import {
  burger,
  messageOf,
  openSystem,
  placeMany,
  placeOrder,
  type RabbitmqSystem,
  SERVICES,
} from './support/system.ts'

const ownRabbitmq = brokerToBreak('rabbitmq')

const EVERY_MS = 5
/** Every fourth order is for this kitchen; the others have plenty. */
const SCARCE = 50
const openingStock = { corner: { burger: SCARCE } }
const ROUNDS = 2

/** Places orders at a steady rate until it is stopped; each must be answered 202. */
function placeSteadily(system: RabbitmqSystem) {
  const requested: Promise<string>[] = []
  let accepted = 0
  const placeOne = async () => {
    const kitchenId = requested.length % 4 === 0 ? 'corner' : 'main'
    const answer = await placeOrder(system, { ...burger(), kitchenId })
    assert.equal(answer.status, 202)
    accepted++
    return ((await answer.json()) as { orderId: string }).orderId
  }
  const timer = setInterval(() => {
    const order = placeOne()
    order.catch(() => {}) // thrown by `stop`
    requested.push(order)
  }, EVERY_MS)
  return {
    /** Resolves when so many more were accepted. */
    more(count: number) {
      const wanted = accepted + count
      return waitFor(() => accepted >= wanted, { deadlineMs: 30_000, what: `${count} more orders to be accepted` })
    },
    async stop(): Promise<string[]> {
      clearInterval(timer)
      return Promise.all(requested)
    },
  }
}

test('a broker that is killed under load and started again loses, duplicates and oversells nothing, and health reports it', async t => {
  const { address, broker } = ownRabbitmq(t)
  const system = await openSystem(t, { broker: address })
  await system.start(SERVICES, { environment: { INITIAL_STOCK: JSON.stringify(openingStock) } })
  const load = placeSteadily(system)
  t.after(load.stop)
  for (let round = 0; round < ROUNDS; round++) {
    await load.more(200)
    await broker.kill()
    for (const name of SERVICES) {
      await system.untilUnhealthy(name, 'broker')
      await system.untilUnhealthy(name, 'consumer')
    }
    await load.more(200)
    await broker.start()
    for (const name of SERVICES) await system.untilHealthy(name)
  }
  await load.more(200)
  const accepted = await load.stop()

  const evidence = await system.untilQuiescent(accepted.length, 60_000)
  assertSound(evidence, { openingStock })
  const idsOf = (rows: { orderId: string }[]) => rows.map(({ orderId }) => orderId).toSorted()
  assert.deepEqual(idsOf(evidence.orders), accepted.toSorted(), 'the accepted orders and no others')
  const scarce = evidence.orders.filter(row => row.kitchenId === 'corner')
  assert.ok(scarce.length > SCARCE)
  assert.equal(scarce.filter(row => row.status === 'reserved').length, SCARCE, 'exactly the stock is reserved')
  const plenty = evidence.orders.filter(row => row.kitchenId === 'main')
  assert.ok(plenty.every(row => row.status === 'reserved'))
  await system.untilDepthsAreZero()
  assertSound(await system.evidence(), { openingStock })
  assert.deepEqual(evidence.deadLetters, [])
})

test('without the outbox, when the broker is killed under load, no accepted order is lost and no refused order happens', async t => {
  const { address, broker } = ownRabbitmq(t)
  const system = await openSystem(t, { broker: address })
  await system.start(SERVICES, { environment: { OUTBOX: 'off', PUBLISH_DEADLINE_MS: '500' } })
  const statuses = new Map<string, Promise<number>>()
  const place = async (key: string) => (await placeOrder(system, burger(), { 'idempotency-key': key })).status
  const timer = setInterval(() => {
    const key = `key-${statuses.size}`
    statuses.set(key, place(key))
  }, EVERY_MS)
  t.after(() => clearInterval(timer))
  const more = (count: number) => {
    const wanted = statuses.size + count
    return waitFor(() => statuses.size >= wanted, { deadlineMs: 30_000, what: `${count} more requests` })
  }
  await more(200)
  await broker.kill()
  await system.untilUnhealthy('order_service', 'broker')
  await more(100)
  await broker.start()
  await system.untilHealthy('order_service')
  await more(100)
  clearInterval(timer)

  const answers = new Map(await Promise.all([...statuses].map(async ([key, status]) => [key, await status] as const)))
  const keysOf = (status: number) => [...answers.keys()].filter(key => answers.get(key) === status)
  const [accepted, refused, unknown] = [keysOf(202), keysOf(503), keysOf(504)]
  assert.equal(accepted.length + refused.length + unknown.length, answers.size, String([...new Set(answers.values())]))
  assert.ok(accepted.length >= 200 && refused.length >= 100, `${accepted.length} accepted, ${refused.length} refused`)

  const ids = (keys: string[]) => keys.map(key => deriveOrderId('user', key)).toSorted()
  for (const name of SERVICES) await system.untilHealthy(name)
  const decidedIds = async () => new Set((await system.evidence()).decisions.map(row => row.orderId))
  const allDecided = async () => {
    const decided = await decidedIds()
    return ids(accepted).every(id => decided.has(id))
  }
  await waitFor(allDecided, { deadlineMs: 60_000, what: 'every accepted order to be decided' })
  const stored = (await system.evidence()).orders.map(row => row.orderId)
  assert.deepEqual(stored.toSorted(), ids([...accepted, ...unknown]), 'a refused order left no row')
  const decided = await decidedIds()
  const unexpected = ids(refused).filter(id => decided.has(id))
  assert.deepEqual(unexpected, [], 'a refused order was not decided')
  for (const key of refused.slice(0, 20)) assert.equal(await place(key), 202, 'the key of a refused order is free')
})

test('while the broker hangs the order service is unhealthy and accepts orders, and it recovers with the broker', async t => {
  const { address, broker } = ownRabbitmq(t)
  const system = await openSystem(t, { broker: address })
  await system.start()
  await broker.pause()
  const orderIds = await placeMany(system, 20)
  await system.untilUnhealthy('order_service', 'confirms')
  await broker.resume()
  await system.untilNotified(20)
  await system.untilHealthy('order_service')
  await system.assertSound({ reserved: orderIds })
})

test('while the broker blocks its publishers, orders are accepted, health says so, and a redrive moves nothing and says why', async t => {
  const { address, broker } = ownRabbitmq(t)
  const system = await openSystem(t, { broker: address })
  await system.start()
  await system.inspector.operations['publish-raw']({ body: '[]' })
  const letters = await system.untilDeadLetters(1)
  const id = letters[0]?.id ?? ''
  const fresh = await openQueueBrowser(address)
  t.after(() => fresh.close())
  const endAlarm = await raiseMemoryAlarm(broker)
  t.after(endAlarm)
  const orderIds = await placeMany(system, 20)
  await system.untilUnhealthy('order_service', 'publishing')
  const why = /the broker blocks its publishers \(low on memory\): nothing was published or moved; give it memory/
  const topology = topologyOf(system.deployment.prefix, 3)
  const { redrive } = deadLettersOf(visit => visitDeadLetters(fresh, topology, visit))
  for (let time = 0; time < 2; time++) await assert.rejects(redrive(id), why)
  // This connection has published before, so the broker already holds the first message when it blocks.
  await assert.rejects(system.inspector.operations['publish-raw']({ body: '[1]' }), /began to block its publishers/)
  await assert.rejects(system.inspector.redrive(id), why)
  assert.deepEqual(await system.inspector.deadLetters(), letters)

  await endAlarm()
  await system.untilNotified(20)
  await system.untilHealthy('order_service')
  await redrive(id)
  await system.untilDeadLetters(2)
  await system.assertSound({ reserved: orderIds, raw: ['[]', '[1]'].map(text => messageOf(text, 'dead-letter')) })
})
