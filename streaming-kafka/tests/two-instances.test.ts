// A second instance of each consumer on another data folder: it stands by, takes over with a store that is brought level, and
// the one that comes back decides nothing on its own, also when the second has ended meanwhile.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openTwin } from '#conformance/twin.ts'
import { startSystem } from '#conformance/test-system.ts'
import { streamingKafka } from '../lab/model.ts'
import { call, type KafkaSystem, order, PRODUCER, recordsOf } from './support/system.ts'

const STANDS_BY = /another instance \(its store is [\w-]{36}\) works as .*: this one stands by, and takes over when/
const CONSUMERS = ['inventory_consumer', 'notification_consumer', 'analytics_consumer']

const place = (system: KafkaSystem, count: number, url = system.url(PRODUCER)) =>
  Promise.all(
    Array.from({ length: count }, async () => {
      const { status } = await call(`${url}/order`, 'POST', order('user', 'corner'))
      assert.equal(status, 202)
    }),
  )

test('two instances of each consumer never work side by side; the second takes over from a frozen or a dead one, and the first never goes on from its old store', async t => {
  const system = await startSystem(t, streamingKafka, { openingStock: { corner: { burger: 70 } } })
  const twins = {
    inventory: await openTwin(t, system, 'inventory_consumer'),
    notification: await openTwin(t, system, 'notification_consumer'),
    analytics: await openTwin(t, system, 'analytics_consumer'),
  }
  const second = await twins.inventory.start()
  await twins.notification.start()
  await twins.analytics.start()
  const load = place(system, 40)
  for (const twin of Object.values(twins)) await twin.untilProblem('standby', STANDS_BY)
  await load
  // Killed and started again it works at once, though another one waits.
  await system.restart(CONSUMERS)
  await system.untilQuiescent(40)
  assert.deepEqual(await twins.inventory.rows('/inventory/decisions'), [])
  assert.deepEqual(await twins.notification.rows('/notifications'), [])

  const frozen = CONSUMERS.map(service => system.processOf(service))
  const more = place(system, 40)
  for (const first of frozen) first?.kill('SIGSTOP')
  await more
  for (const twin of Object.values(twins)) await twin.untilHealthy()
  await system.untilDepthsAreZero()
  // The group of this one has no member when the first goes on; of the others the second still works.
  second.kill('SIGTERM')
  await second.exited
  const { length } = await recordsOf(system, 'inventory-events')
  for (const first of frozen) first?.kill('SIGCONT')
  for (const service of CONSUMERS) {
    await system.untilEnded(service)
    assert.match(system.logOf(service), /another instance has taken over as .*; start it again to stand by/)
  }
  assert.equal((await recordsOf(system, 'inventory-events')).length, length)

  await system.start('inventory_consumer')
  for (const service of ['notification_consumer', 'analytics_consumer']) {
    system.launch(service)
    await system.untilUnhealthy(service, 'standby')
  }
  await twins.notification.kill()
  await twins.analytics.kill()
  for (const service of CONSUMERS) await system.untilHealthy(service)
  // Each producer_order shows all orders of the log, so two of them may run.
  const producer = await openTwin(t, system, PRODUCER)
  await producer.start()
  await producer.untilHealthy()
  await place(system, 10, producer.url)
  const { decisions } = await system.untilQuiescent(90)
  assert.equal(decisions.filter(({ outcome }) => outcome.status === 'reserved').length, 70)
  await system.assertSound()
})
