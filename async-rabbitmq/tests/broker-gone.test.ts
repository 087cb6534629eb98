// A RabbitMQ of each test's own: killed (SIGKILL) under load and started again on its data and port, or made to hang.
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import type { StockRow } from '#common/contracts/evidence.ts'
import { deriveOrderId } from '#common/contracts/order-id.ts'
import { waitFor } from '#host/wait-for.ts'
import { provideBroker } from '#infra/brokers/provide.ts'
import {
  assertWhole,
  burger,
  byText,
  decisions,
  notifications,
  orders,
  placeMany,
  untilNotified,
  untilSettled,
} from './support/evidence.ts'
import { openDeployment, SERVICES, type TestDeployment } from './support/deployment.ts'

const EVERY_MS = 5
/** Every fourth order wants one of these; the rest have plenty. */
const SCARCE = 50
const INITIAL_STOCK = JSON.stringify({ corner: { burger: SCARCE } })
const ROUNDS = 2

async function ownBroker(t: TestContext) {
  const dataFolder = mkdtempSync(join(tmpdir(), 'lab-rabbitmq-broker-'))
  const environment = { ...process.env, LAB_RABBITMQ_URL: undefined }
  const options = { dataFolder, progress: () => {}, signal: t.signal, environment }
  const { address, process: broker, stop } = await provideBroker('rabbitmq', options)
  assert.ok(broker)
  return { address, broker, release: () => stop().finally(() => rmSync(dataFolder, { recursive: true, force: true })) }
}

/** Places orders at a steady rate until it is stopped; every one has to be answered 202. */
function placeSteadily(place: TestDeployment) {
  const asked: Promise<string>[] = []
  let accepted = 0
  const placeOne = async () => {
    const kitchenId = asked.length % 4 === 0 ? 'corner' : 'main'
    const answer = await place.placeOrder({ ...burger(), kitchenId })
    assert.equal(answer.status, 202)
    accepted++
    return ((await answer.json()) as { orderId: string }).orderId
  }
  const timer = setInterval(() => {
    const order = placeOne()
    order.catch(() => {}) // thrown by `stop`
    asked.push(order)
  }, EVERY_MS)
  return {
    /** Resolves when so many more were accepted. */
    more(count: number) {
      const wanted = accepted + count
      return waitFor(() => accepted >= wanted, { deadlineMs: 30_000, what: `${count} more orders to be accepted` })
    },
    async stop(): Promise<string[]> {
      clearInterval(timer)
      return Promise.all(asked)
    },
  }
}

const sorted = (ids: string[]) => ids.toSorted(byText)

test('a broker that is killed under load and comes back loses, doubles and oversells nothing, and health tells of it', async t => {
  const { address, broker, release } = await ownBroker(t)
  const place = await openDeployment(t, { broker: address })
  t.after(release) // after the place has removed what it made
  await place.start(SERVICES, { INITIAL_STOCK })
  const load = placeSteadily(place)
  t.after(load.stop)
  for (let round = 0; round < ROUNDS; round++) {
    await load.more(200)
    await broker.kill()
    for (const name of SERVICES) {
      await place.unhealthy(name, 'broker')
      await place.unhealthy(name, 'consumer')
    }
    await load.more(200)
    await broker.start()
    for (const name of SERVICES) await place.healthy(name)
  }
  await load.more(200)
  const accepted = sorted(await load.stop())

  await untilSettled(place, accepted.length, 60_000)
  const settled = await orders(place)
  assert.deepEqual(sorted(settled.map(row => row.orderId)), accepted, 'nothing is lost, and nobody else is here')
  const decided = await decisions(place)
  assert.deepEqual(sorted(decided.map(row => row.orderId)), accepted, 'one decision an order')
  const reserved = sorted(decided.filter(row => row.outcome.status === 'reserved').map(row => row.orderId))
  const said = settled.filter(row => row.status === 'reserved').map(row => row.orderId)
  assert.deepEqual(sorted(said), reserved, 'the order service says what inventory decided')
  await untilNotified(place, reserved.length)

  const scarce = settled.filter(row => row.kitchenId === 'corner')
  assert.ok(scarce.length > SCARCE)
  assert.equal(scarce.filter(row => row.status === 'reserved').length, SCARCE, 'exactly the stock is reserved')
  const plenty = settled.filter(row => row.kitchenId === 'main')
  assert.ok(plenty.every(row => row.status === 'reserved'))
  const left = await place.rows<StockRow>('inventory_service', '/inventory')
  assert.equal(left.find(row => row.kitchenId === 'corner' && row.sku === 'burger')?.quantity, 0)

  await waitFor(async () => Object.values(await place.link.depths()).every(depth => depth === 0), {
    deadlineMs: 30_000,
    what: 'every queue to be empty',
  })
  assert.deepEqual(sorted((await notifications(place)).map(row => row.orderId)), reserved, 'one notification each')
  assert.deepEqual(await place.link.deadLetters(), [])
})

test('without the outbox a broker that is killed under load is told as it is: nothing that was accepted is lost', async t => {
  const { address, broker, release } = await ownBroker(t)
  const place = await openDeployment(t, { broker: address })
  t.after(release) // after the place has removed what it made
  await place.start(SERVICES, { OUTBOX: 'off', PUBLISH_DEADLINE_MS: '500' })
  const statuses = new Map<string, Promise<number>>()
  const ask = async (key: string) => (await place.placeOrder(burger(), { 'idempotency-key': key })).status
  const timer = setInterval(() => {
    const key = `key-${statuses.size}`
    statuses.set(key, ask(key))
  }, EVERY_MS)
  t.after(() => clearInterval(timer))
  const more = (count: number) => {
    const wanted = statuses.size + count
    return waitFor(() => statuses.size >= wanted, { deadlineMs: 30_000, what: `${count} more orders to be asked` })
  }
  await more(200)
  await broker.kill()
  await place.unhealthy('order_service', 'broker')
  await more(100)
  await broker.start()
  await place.healthy('order_service')
  await more(100)
  clearInterval(timer)

  const told = new Map(await Promise.all([...statuses].map(async ([key, status]) => [key, await status] as const)))
  const keysOf = (status: number) => [...told.keys()].filter(key => told.get(key) === status)
  const [accepted, refused, unknown] = [keysOf(202), keysOf(503), keysOf(504)]
  assert.equal(accepted.length + refused.length + unknown.length, told.size, String([...new Set(told.values())]))
  assert.ok(accepted.length >= 200 && refused.length >= 100, `${accepted.length} accepted, ${refused.length} refused`)

  const ids = (keys: string[]) => sorted(keys.map(key => deriveOrderId('user', key)))
  for (const name of SERVICES) await place.healthy(name)
  const decidedIds = async () => new Set((await decisions(place)).map(row => row.orderId))
  const allDecided = async () => {
    const decided = await decidedIds()
    return ids(accepted).every(id => decided.has(id))
  }
  await waitFor(allDecided, { deadlineMs: 60_000, what: 'all that was accepted to be decided' })
  const shown = (await orders(place)).map(row => row.orderId)
  assert.deepEqual(sorted(shown), ids([...accepted, ...unknown]), 'what was refused left nothing')
  const decided = await decidedIds()
  const ghosts = ids(refused).filter(id => decided.has(id))
  assert.deepEqual(ghosts, [], 'what was refused did not happen')
  for (const key of refused.slice(0, 20)) assert.equal(await ask(key), 202, 'the key of a refused order is free')
})

test('a broker that hangs makes the order service unhealthy, which takes orders on, and goes on with the broker', async t => {
  const { address, broker, release } = await ownBroker(t)
  t.after(() => broker.resume()) // before the place removes what it made
  const place = await openDeployment(t, { broker: address })
  t.after(release)
  await place.start()
  await broker.pause()
  const orderIds = await placeMany(place, 20)
  await place.unhealthy('order_service', 'confirms')
  await broker.resume()
  await untilNotified(place, 20)
  await place.healthy('order_service')
  await assertWhole(place, orderIds)
})
