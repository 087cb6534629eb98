// The ladder of delays: an error of a message is tried again a few times, and holds nobody else up.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  assertWhole,
  decisions,
  orderOf,
  placeMany,
  untilDeadLetters,
  untilDecided,
  untilNotified,
} from './support/evidence.ts'
import { openDeployment } from './support/deployment.ts'

test('an error that heals climbs the ladder and succeeds', async t => {
  const place = await openDeployment(t)
  await place.start()
  await place.setFaults('inventory_service', { error: { times: 3 } })
  await place.setFaults('notification_service', { error: { times: 2 } })
  const orderIds = await placeMany(place, 10)
  await untilNotified(place, 10)
  await assertWhole(place, orderIds)
  assert.deepEqual(await place.link.deadLetters(), [])
  assert.equal(place.log('inventory_service').match(/will be retried/g)?.length, 30)
  for (const delayMs of [50, 100, 150]) assert.match(place.log('inventory_service'), new RegExp(`"delayMs":${delayMs}`))
})

test('an error that never heals is a dead letter after four attempts, and others pass it by', async t => {
  const place = await openDeployment(t, { env: { CONCURRENCY: '1' } })
  await place.start()
  await place.setFaults('inventory_service', { error: { userId: 'unlucky' } })
  await placeMany(place, 2, 'unlucky')
  const orderIds = await placeMany(place, 20)
  const letters = await untilDeadLetters(place, 2)
  await untilNotified(place, 20)
  await assertWhole(place, orderIds)
  assert.deepEqual(
    letters.map(({ reason, attempts, source }) => ({ reason, attempts, source })),
    Array.from({ length: 2 }, () => ({ reason: 'retries-exhausted', attempts: 4, source: 'inventory.orders' })),
  )
  assert.match(letters[0]?.detail ?? '', /handler-failed/)
})

test('no more orders are taken at once than CONCURRENCY says', async t => {
  const [atOnce, delayMs] = [2, 200]
  const place = await openDeployment(t, { env: { CONCURRENCY: String(atOnce) } })
  await place.start(['inventory_service'], { INVENTORY_DELAY_MS: String(delayMs) })
  for (let index = 0; index < 8; index++) await place.link.operations.redeliver({ orders: [orderOf(`order-${index}`)] })
  await untilDecided(place, 8)
  const times = (await decisions(place)).map(row => row.decidedNs / 1e6)
  // Who comes so many later was let in by the ack of the former, and was then held for the delay.
  for (const [index, timeMs] of times.slice(atOnce).entries())
    assert.ok(timeMs - (times[index] ?? 0) >= delayMs - 2, `order ${index + atOnce} was taken too early`)
})

test('a delay holds one order, not the line', async t => {
  const place = await openDeployment(t)
  await place.start(['inventory_service', 'notification_service'])
  await place.setFaults('inventory_service', { delay: { delayMs: 1_000 } })
  const startMs = performance.now()
  for (let index = 0; index < 64; index++)
    await place.link.operations.redeliver({ orders: [orderOf(`order-${index}`)] })
  await untilDecided(place, 64)
  assert.ok(performance.now() - startMs < 10_000, '64 orders wait at once')
})
