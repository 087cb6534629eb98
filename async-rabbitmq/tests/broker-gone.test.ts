// A RabbitMQ of each test's own: killed (SIGKILL) under load and started again on its data and port, or made to hang.
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import type { StockRow } from '#common/contracts/evidence.ts'
import { until } from '#common/kit/until.ts'
import { provideBroker } from '../../infra/brokers/provide.ts'
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
} from './evidence.ts'
import { openPlace, SERVICES, type TestPlace } from './place.ts'

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
function placeSteadily(place: TestPlace) {
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
      return until(() => accepted >= wanted, { deadlineMs: 30_000, what: `${count} more orders to be accepted` })
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
  const place = await openPlace(t, { broker: address })
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

  await until(async () => Object.values(await place.link.depths()).every(depth => depth === 0), {
    deadlineMs: 30_000,
    what: 'every queue to be empty',
  })
  assert.deepEqual(sorted((await notifications(place)).map(row => row.orderId)), reserved, 'one notification each')
  assert.deepEqual(await place.link.deadLetters(), [])
})

test('a broker that hangs makes the order service unhealthy, which takes orders on, and goes on with the broker', async t => {
  const { address, broker, release } = await ownBroker(t)
  t.after(() => broker.resume()) // before the place removes what it made
  const place = await openPlace(t, { broker: address })
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
