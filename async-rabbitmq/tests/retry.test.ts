// Retry delays: a message whose handling fails is retried a few times, and holds up no other message.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { assertSound } from '#conformance/assert-sound.ts'
import { messageOf, openSystem, orderOf, placeMany, untilPending } from './support/system.ts'

test('a message whose error is temporary is retried after each delay in turn, and succeeds', async t => {
  const system = await openSystem(t)
  await system.start()
  await system.setFaults('inventory_service', { error: { times: 3 } })
  await system.setFaults('notification_service', { error: { times: 2 } })
  const orderIds = await placeMany(system, 10)
  await system.untilNotified(10)
  await system.assertSound({ reserved: orderIds })
  assert.deepEqual(await system.inspector.deadLetters(), [])
  assert.equal(system.logOf('inventory_service').match(/will be retried/g)?.length, 30)
  for (const delayMs of [50, 100, 150])
    assert.match(system.logOf('inventory_service'), new RegExp(`"delayMs":${delayMs}`))
})

test('a message whose error is permanent is a dead letter after four attempts, and the others overtake it', async t => {
  const system = await openSystem(t, { environment: { CONCURRENCY: '1' } })
  await system.start()
  await system.setFaults('inventory_service', { error: { userId: 'unlucky' } })
  await placeMany(system, 2, 'unlucky')
  const orderIds = await placeMany(system, 20)
  const letters = await system.untilDeadLetters(2)
  await system.untilNotified(20)
  await untilPending(system, 2)
  const raw = letters.map(({ orderId }) => messageOf(String(orderId), 'dead-letter'))
  assertSound(await system.evidence(), { reserved: orderIds, raw })
  assert.deepEqual(
    letters.map(({ reason, attempts, source }) => ({ reason, attempts, source })),
    Array.from({ length: 2 }, () => ({ reason: 'retries-exhausted', attempts: 4, source: 'inventory.orders' })),
  )
  assert.match(letters[0]?.detail ?? '', /handler-failed/)
})

test('no more orders are handled at once than CONCURRENCY allows', async t => {
  const [atOnce, delayMs] = [2, 200]
  const system = await openSystem(t, { environment: { CONCURRENCY: String(atOnce) } })
  await system.start(['inventory_service'], { environment: { INVENTORY_DELAY_MS: String(delayMs) } })
  for (let index = 0; index < 8; index++)
    await system.inspector.operations.redeliver({ orders: [orderOf(`order-${index}`)] })
  await system.untilDecided(8)
  const times = (await system.evidence()).decisions.map(row => row.decidedNs / 1e6)
  // An order begins when the order CONCURRENCY places before it is acked, and is then held for the delay.
  for (const [index, timeMs] of times.slice(atOnce).entries())
    assert.ok(timeMs - (times[index] ?? 0) >= delayMs - 2, `order ${index + atOnce} began too early`)
})

test('a delay holds one order, not the queue', async t => {
  const system = await openSystem(t)
  await system.start(['inventory_service', 'notification_service'])
  await system.setFaults('inventory_service', { delay: { delayMs: 1_000 } })
  const startMs = performance.now()
  for (let index = 0; index < 64; index++)
    await system.inspector.operations.redeliver({ orders: [orderOf(`order-${index}`)] })
  await system.untilDecided(64)
  assert.ok(performance.now() - startMs < 10_000, '64 orders wait at once')
})
