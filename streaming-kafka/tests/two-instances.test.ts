// A second instance of each consumer on another data folder: it stands by, takes over with a store that is brought level, and
// the one that comes back decides nothing on its own.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openTwin } from '#conformance/twin.ts'
import { startSystem } from '#conformance/test-system.ts'
import { streamingKafka } from '../lab/model.ts'
import { call, type KafkaSystem, order, PRODUCER } from './support/system.ts'

const STANDS_BY = /another instance \(its store is [\w-]{36}\) works as .*: this one stands by, and takes over when/
const DECIDING = ['inventory_consumer', 'notification_consumer']

const place = (system: KafkaSystem, count: number, url = system.url(PRODUCER)) =>
  Promise.all(
    Array.from({ length: count }, async () => {
      const { status } = await call(`${url}/order`, 'POST', order('user', 'corner'))
      assert.equal(status, 202)
    }),
  )

test('two instances of each consumer never decide side by side; the second takes over from a dead or a frozen one, and back', async t => {
  const system = await startSystem(t, streamingKafka, { openingStock: { corner: { burger: 70 } } })
  const twins = {
    inventory: await openTwin(t, system, 'inventory_consumer'),
    notification: await openTwin(t, system, 'notification_consumer'),
    analytics: await openTwin(t, system, 'analytics_consumer'),
  }
  for (const twin of Object.values(twins)) await twin.start()
  const load = place(system, 40)
  for (const twin of Object.values(twins)) await twin.untilProblem('standby', STANDS_BY)
  await load
  // Killed and started again it works at once, though another one waits.
  await system.restart(DECIDING)
  await system.untilQuiescent(40)
  assert.deepEqual(await twins.inventory.rows('/inventory/decisions'), [])
  assert.deepEqual(await twins.notification.rows('/notifications'), [])

  const frozen = system.processOf('inventory_consumer')
  const more = place(system, 40)
  frozen?.kill('SIGSTOP')
  await system.kill('notification_consumer')
  await more
  await twins.inventory.untilHealthy()
  await twins.notification.untilHealthy()
  frozen?.kill('SIGCONT')
  await system.untilEnded('inventory_consumer')
  assert.match(system.logOf('inventory_consumer'), /another instance has taken over as .*; start it again to stand by/)

  for (const service of DECIDING) {
    system.launch(service)
    await system.untilUnhealthy(service, 'standby')
  }
  await twins.inventory.kill()
  await twins.notification.kill()
  for (const service of DECIDING) await system.untilHealthy(service)
  // Each producer_order shows all orders of the log, so two of them may run.
  const producer = await openTwin(t, system, PRODUCER)
  await producer.start()
  await producer.untilHealthy()
  await place(system, 10, producer.url)
  const { decisions } = await system.untilQuiescent(90)
  assert.equal(decisions.filter(({ outcome }) => outcome.status === 'reserved').length, 70)
  await system.assertSound()
})
