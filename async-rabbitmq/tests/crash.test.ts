// SIGKILL between two steps of each service: afterwards no order is lost, doubled or oversold.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { assertWhole, burger, orders, untilNotified, untilSettled } from './evidence.ts'
import { openPlace, type ServiceName } from './place.ts'

const POINTS: [ServiceName, string][] = [
  ['order_service', 'store-publish'],
  ['order_service', 'publish-dequeue'],
  ['inventory_service', 'commit-publish'],
  ['inventory_service', 'publish-ack'],
  ['notification_service', 'commit-ack'],
]
const ORDERS = 60

for (const [name, point] of POINTS)
  test(`${name} is killed between ${point.replace('-', ' and ')}: every order is reserved and notified once`, async t => {
    const place = await openPlace(t)
    await place.start()
    await place.setFaults(name, { crash: { point, after: 20 } })
    // Those whose order service dies under them have no answer: they ask again with their key, as a client would.
    const ask = async (key: string): Promise<string | undefined> => {
      const answer = await place.placeOrder(burger(), { 'idempotency-key': key }).catch(() => undefined)
      if (answer === undefined || answer.status >= 500) return undefined
      return ((await answer.json()) as { orderId: string }).orderId
    }
    const keys = Array.from({ length: ORDERS }, (_, index) => `key-${index}`)
    const answered = await Promise.all(keys.map(ask))
    assert.equal((await place.exited(name))?.signal, 'SIGKILL', 'it was killed at that point')
    await place.start([name])
    const orderIds = await Promise.all(keys.map(async (key, index) => answered[index] ?? (await ask(key))))
    assert.ok(orderIds.every(orderId => orderId !== undefined))

    await untilNotified(place, ORDERS)
    await untilSettled(place, ORDERS)
    await assertWhole(place, orderIds)
    assert.equal((await orders(place)).length, ORDERS)
    assert.deepEqual(await place.link.deadLetters(), [])
  })
