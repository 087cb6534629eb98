// A message that kills its consumer, and consumers that are killed for other reasons: good orders never follow.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { DELIVERY_LIMIT } from '../messaging/topology.ts'
import { assertWhole, byText, orderOf, placeMany, untilDeadLetters, untilNotified } from './support/evidence.ts'
import { openDeployment, type TestDeployment } from './support/deployment.ts'

const MAX_DEATHS = 12
/** More than the broker's delivery limit allows a message. */
const DEATHS = DELIVERY_LIMIT + 2

/** Starts inventory_service until it outlives what is in its queue; answers with how often it died. */
async function restartUntilDone(place: TestDeployment, env: Record<string, string>, done: Promise<unknown>) {
  for (let deaths = 0; deaths <= MAX_DEATHS; deaths++) {
    place.launch('inventory_service', env)
    const ended = place.exited('inventory_service')?.then(() => 'ended' as const)
    if ((await Promise.race([ended, done.then(() => 'done' as const)])) === 'done') return deaths
  }
  throw new Error(`inventory_service died more than ${MAX_DEATHS} times`)
}

test('a message that kills its consumer is given up alone, after a bounded number of deaths', async t => {
  const place = await openDeployment(t)
  await place.start(['order_service', 'notification_service'])
  const before = await placeMany(place, 60)
  const [killer] = await placeMany(place, 1, 'killer')
  const after = await placeMany(place, 60)
  const env = { INVENTORY_KILL_ON_USER: 'killer' }
  const deaths = await restartUntilDone(place, env, untilDeadLetters(place, 1, 60_000))
  const orderIds = [...before, ...after]
  await untilNotified(place, orderIds.length)
  await assertWhole(place, orderIds)
  const letters = await place.link.deadLetters()
  assert.deepEqual(
    letters.map(({ orderId, reason }) => ({ orderId, reason })),
    [{ orderId: killer, reason: 'kills-consumer' }],
  )
  t.diagnostic(`it took ${deaths} deaths`)
})

test('two killers in one batch are both given up, and nobody else', async t => {
  const place = await openDeployment(t)
  await place.start(['notification_service'])
  const kill = { INVENTORY_KILL_ON_USER: 'killer' }
  const good = Array.from({ length: 40 }, (_, index) => `good-${index}`)
  await place.link.operations.redeliver({ orders: [orderOf('killer-1', 'killer')] })
  for (const orderId of good) await place.link.operations.redeliver({ orders: [orderOf(orderId)] })
  await place.link.operations.redeliver({ orders: [orderOf('killer-2', 'killer')] })
  await restartUntilDone(place, kill, untilDeadLetters(place, 2, 60_000))
  await untilNotified(place, good.length)
  await assertWhole(place, good)
  const dead = (await place.link.deadLetters()).map(letter => String(letter.orderId))
  assert.deepEqual(dead.toSorted(byText), ['killer-1', 'killer-2'])
})

test(`${DEATHS} deaths before the ack with a full batch in flight put no good order among the dead letters`, async t => {
  const place = await openDeployment(t)
  await place.start(['order_service', 'notification_service'])
  const orderIds = await placeMany(place, 100)
  for (let death = 0; death < DEATHS; death++) {
    place.launch('inventory_service', { INVENTORY_CRASH_AT: 'publish-ack:1' })
    assert.equal((await place.exited('inventory_service'))?.signal, 'SIGKILL')
  }
  await place.start(['inventory_service'])
  await untilNotified(place, 100)
  await assertWhole(place, orderIds)
  assert.deepEqual(await place.link.deadLetters(), [])
})

test(`${DEATHS} kills from outside while every order is held by a delay put no good order among the dead letters`, async t => {
  const place = await openDeployment(t)
  await place.start(['order_service', 'notification_service'])
  const orderIds = await placeMany(place, 100)
  for (let death = 0; death < DEATHS; death++) {
    await place.start(['inventory_service'], { INVENTORY_DELAY_MS: '60000' })
    await place.kill('inventory_service')
  }
  await place.start(['inventory_service'])
  await untilNotified(place, 100)
  await assertWhole(place, orderIds)
  assert.deepEqual(await place.link.deadLetters(), [])
})
