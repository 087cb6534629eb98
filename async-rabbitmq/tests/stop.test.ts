// An error that is not an error of the message: nothing is dead-lettered, no attempt is counted, and the service recovers.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { refusal, startSingleService } from '#conformance/single-service.ts'
import { fillDisk, openBrowser, openSystem, orderOf } from './support/system.ts'

test('with a full store inventory stops consuming and is unhealthy, and no message loses an attempt', async t => {
  const system = await openSystem(t)
  system.launch('inventory_service', { logged: false })
  await system.untilHealthy('inventory_service')
  await system.start(['notification_service'])
  const disk = fillDisk(system, 'inventory_service')
  const orderIds = Array.from({ length: 300 }, (_, index) => `order-${index}`)
  for (const orderId of orderIds) await system.inspector.operations.redeliver({ orders: [orderOf(orderId)] })
  await system.untilUnhealthy('inventory_service', 'work')
  assert.ok((await system.evidence()).decisions.length < orderIds.length)
  disk.makeRoom()
  await system.untilHealthy('inventory_service')
  await system.untilNotified(orderIds.length)
  await system.assertSound({ reserved: orderIds })
  assert.deepEqual(await system.inspector.deadLetters(), [])
})

test('a message stays unacked while no queue takes its outcome, which is published once the queues are declared again', async t => {
  const system = await openSystem(t)
  await system.start(['inventory_service'])
  const browser = await openBrowser(t)
  const readers = ['notification.reserved', 'order.results'].map(name => system.deployment.prefix + name)
  await browser.remove({ exchanges: [], queues: readers })
  await system.inspector.operations.redeliver({ orders: [orderOf('kept')] })
  await system.untilDecided(1)
  await system.start(['notification_service'])
  await system.untilNotified(1)
  await system.untilHealthy('inventory_service')
  assert.match(system.logOf('inventory_service'), /"stopped"/)
  await system.assertSound({ reserved: ['kept'] })
  assert.deepEqual(await system.inspector.deadLetters(), [])
})

test('a locked store, a wrong setting and a port in use end the service with one sentence and exit code 2', async t => {
  const system = await openSystem(t)
  await system.start(['inventory_service'])
  const refusals: [Record<string, string>, RegExp][] = [
    [{}, /port is in use|another process holds it/],
    [{ PORT: '0' }, /another process holds it/],
    [{ RABBITMQ_URL: 'localhost' }, /RABBITMQ_URL is "localhost"; expected an amqp:/],
    [{ RETRY_DELAYS_MS: '1,x' }, /RETRY_DELAYS_MS is "1,x"; expected 1 to 5 whole numbers/],
    [{ PREFIX: 'a b' }, /PREFIX is "a b"; expected/],
    [{ LAB_FAULTS: 'off', INVENTORY_DELAY_MS: '5' }, /faults are off/],
  ]
  for (const [environment, sentence] of refusals) {
    const single = await startSingleService(system, 'inventory_service', environment)
    assert.match(await refusal(system, 'inventory_service', single), sentence)
  }
})
