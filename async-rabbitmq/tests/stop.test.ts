// An error that is not the message's: nothing is given up, nothing is counted, and it goes on when it heals.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openQueueBrowser } from '../broker/queue-browser.ts'
import { assertWhole, decisions, orderOf, untilNotified } from './support/evidence.ts'
import { fillDisk } from './support/full-disk.ts'
import { brokerUrl, openDeployment } from './support/deployment.ts'

test('with a full store inventory stops consuming, is unhealthy, and costs no message an attempt', async t => {
  const place = await openDeployment(t)
  place.launch('inventory_service', {}, { quiet: true })
  await place.healthy('inventory_service')
  await place.start(['notification_service'])
  const disk = fillDisk(place, 'inventory_service')
  const orderIds = Array.from({ length: 300 }, (_, index) => `order-${index}`)
  for (const orderId of orderIds) await place.link.operations.redeliver({ orders: [orderOf(orderId)] })
  await place.unhealthy('inventory_service', 'work')
  assert.ok((await decisions(place)).length < orderIds.length)
  disk.makeRoom()
  await place.healthy('inventory_service')
  await untilNotified(place, orderIds.length)
  await assertWhole(place, orderIds)
  assert.deepEqual(await place.link.deadLetters(), [])
})

test('an outcome that no queue takes keeps its message unacked, and goes out when one does', async t => {
  const place = await openDeployment(t)
  await place.start(['inventory_service'])
  const browser = await openQueueBrowser(brokerUrl())
  t.after(() => browser.close())
  const readers = ['notification.reserved', 'order.results'].map(name => place.prefix + name)
  await browser.remove({ exchanges: [], queues: readers })
  await place.link.operations.redeliver({ orders: [orderOf('kept')] })
  await place.unhealthy('inventory_service', 'work')
  await place.start(['notification_service'])
  await untilNotified(place, 1)
  await place.healthy('inventory_service')
  await assertWhole(place, ['kept'])
  assert.deepEqual(await place.link.deadLetters(), [])
})

test('a store that another process holds, a bad setting and a port in use are one sentence and exit code 2', async t => {
  const place = await openDeployment(t)
  await place.start(['inventory_service'])
  const refusals: [Record<string, string>, RegExp][] = [
    [{}, /port is in use|another process holds it/],
    [{ PORT: '0' }, /another process holds it/],
    [{ RABBITMQ_URL: 'localhost' }, /RABBITMQ_URL is "localhost"; expected an amqp:/],
    [{ RETRY_DELAYS_MS: '1,x' }, /RETRY_DELAYS_MS is "1,x"; expected 1 to 5 whole numbers/],
    [{ PREFIX: 'a b' }, /PREFIX is "a b"; expected/],
    [{ LAB_FAULTS: 'off', INVENTORY_DELAY_MS: '5' }, /faults are off/],
  ]
  const running = place.log('inventory_service').length
  for (const [env, sentence] of refusals) {
    const child = place.launch('inventory_service', env)
    assert.equal((await child.exited).code, 2)
    const said = place.log('inventory_service').slice(running).trim().split('\n').at(-1) ?? ''
    assert.match(said, sentence)
  }
})
