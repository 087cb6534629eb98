// A message that kills its consumer, and consumers that are killed for other reasons: no good order is dead-lettered.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { assertSound } from '#conformance/assert-sound.ts'
import { DELIVERY_LIMIT } from '../messaging/topology.ts'
import { messageOf, openSystem, orderOf, placeMany, type RabbitmqSystem, untilPending } from './support/system.ts'

const MAX_CRASHES = 12
/** More than the broker's delivery limit allows for a message. */
const CRASHES = DELIVERY_LIMIT + 2

/** Starts inventory_service again after each crash, until `done`; answers with the number of crashes. */
async function restartUntilDone(system: RabbitmqSystem, environment: Record<string, string>, done: Promise<unknown>) {
  for (let crashes = 0; crashes <= MAX_CRASHES; crashes++) {
    const ended = system.launch('inventory_service', { environment }).exited.then(() => 'ended' as const)
    if ((await Promise.race([ended, done.then(() => 'done' as const)])) === 'done') return crashes
  }
  throw new Error(`inventory_service crashed more than ${MAX_CRASHES} times`)
}

test('a message that kills its consumer is dead-lettered alone, after a bounded number of crashes', async t => {
  const system = await openSystem(t)
  await system.start(['order_service', 'notification_service'])
  const before = await placeMany(system, 60)
  const [killer] = await placeMany(system, 1, 'killer')
  const after = await placeMany(system, 60)
  const environment = { INVENTORY_KILL_ON_USER: 'killer' }
  const crashes = await restartUntilDone(system, environment, system.untilDeadLetters(1))
  const reserved = [...before, ...after]
  await system.untilNotified(reserved.length)
  await untilPending(system, 1)
  assertSound(await system.evidence(), { reserved, raw: [messageOf(String(killer), 'dead-letter')] })
  const letters = await system.inspector.deadLetters()
  assert.deepEqual(
    letters.map(({ orderId, reason }) => ({ orderId, reason })),
    [{ orderId: killer, reason: 'kills-consumer' }],
  )
  t.diagnostic(`it took ${crashes} crashes`)
})

test('two killers in one batch are both dead-lettered, and no other message is', async t => {
  const system = await openSystem(t)
  await system.start(['notification_service'])
  const environment = { INVENTORY_KILL_ON_USER: 'killer' }
  const good = Array.from({ length: 40 }, (_, index) => `good-${index}`)
  await system.inspector.operations.redeliver({ orders: [orderOf('killer-1', 'killer')] })
  for (const orderId of good) await system.inspector.operations.redeliver({ orders: [orderOf(orderId)] })
  await system.inspector.operations.redeliver({ orders: [orderOf('killer-2', 'killer')] })
  await restartUntilDone(system, environment, system.untilDeadLetters(2))
  await system.untilNotified(good.length)
  const killers = ['killer-1', 'killer-2']
  await system.assertSound({ reserved: good, raw: killers.map(orderId => messageOf(orderId, 'dead-letter')) })
  const dead = (await system.inspector.deadLetters()).map(letter => String(letter.orderId))
  assert.deepEqual(dead.toSorted(), killers)
})

test(`${CRASHES} crashes before the ack with a full batch in flight dead-letter no good order`, async t => {
  const system = await openSystem(t)
  await system.start(['order_service', 'notification_service'])
  const orderIds = await placeMany(system, 100)
  for (let crash = 0; crash < CRASHES; crash++) {
    const child = system.launch('inventory_service', { environment: { INVENTORY_CRASH_AT: 'publish-ack:1' } })
    assert.equal((await child.exited).signal, 'SIGKILL')
  }
  await system.start(['inventory_service'])
  await system.untilNotified(100)
  await system.assertSound({ reserved: orderIds })
  assert.deepEqual(await system.inspector.deadLetters(), [])
})

test(`${CRASHES} kills from outside while a delay holds every order dead-letter no good order`, async t => {
  const system = await openSystem(t)
  await system.start(['order_service', 'notification_service'])
  const orderIds = await placeMany(system, 100)
  for (let crash = 0; crash < CRASHES; crash++) {
    await system.start(['inventory_service'], { environment: { INVENTORY_DELAY_MS: '60000' } })
    await system.kill('inventory_service')
  }
  await system.start(['inventory_service'])
  await system.untilNotified(100)
  await system.assertSound({ reserved: orderIds })
  assert.deepEqual(await system.inspector.deadLetters(), [])
})
