// A second instance of a service on another data folder: it reads nothing, takes nothing, and says what was found.
import assert from 'node:assert/strict'
import { cpSync } from 'node:fs'
import { test } from 'node:test'
import { openTwin } from '#conformance/twin.ts'
import { waitFor } from '#host/wait-for.ts'
import { burger, openBrowser, openSystem, placeMany, placeOrder, SERVICES } from './support/system.ts'

const BY_ANOTHER =
  /is read by another store \([\w-]{36}\): start this service with the DATA_DIR of that store; .*delete the queue/

test('a second instance of each service on another data folder decides nothing, and says whose the queue is', async t => {
  const system = await openSystem(t)
  await system.start(undefined, { environment: { INITIAL_STOCK: '{"corner": {"burger": 20}}' } })
  const twins = {
    order: await openTwin(t, system, 'order_service'),
    inventory: await openTwin(t, system, 'inventory_service'),
    notification: await openTwin(t, system, 'notification_service'),
  }
  for (const twin of Object.values(twins)) await twin.start()
  const load = Promise.all(Array.from({ length: 60 }, () => placeOrder(system, { ...burger(), kitchenId: 'corner' })))
  for (const twin of Object.values(twins)) await twin.untilProblem('consumer', BY_ANOTHER)
  await load
  const order = { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(burger()) }
  const refused = await fetch(`${twins.order.url}/order`, order)
  assert.equal(refused.status, 503)
  assert.match(((await refused.json()) as { detail: string }).detail, BY_ANOTHER)
  await twins.order.kill()
  await twins.order.start({ OUTBOX: 'off' })
  await twins.order.untilProblem('consumer', BY_ANOTHER)
  assert.equal((await fetch(`${twins.order.url}/order`, order)).status, 503)

  const { orders } = await system.untilQuiescent(60)
  assert.equal(orders.filter(({ status }) => status === 'reserved').length, 20)
  // Killed and started again, a service goes on with its own store.
  await system.restart()
  await placeMany(system, 40)
  await system.untilQuiescent(100)
  await system.assertSound()
  assert.deepEqual(await twins.order.rows('/orders'), [])
  assert.deepEqual(await twins.inventory.rows('/inventory/decisions'), [])
  assert.deepEqual(await twins.notification.rows('/notifications'), [])

  // Also a queue that nobody reads is another store's, until a person decides.
  await system.kill('inventory_service')
  await placeMany(system, 1)
  await twins.inventory.kill()
  await twins.inventory.start()
  await twins.inventory.untilProblem('consumer', BY_ANOTHER)
  const browser = await openBrowser(t)
  await browser.remove({ exchanges: [], queues: [`${system.deployment.prefix}inventory.reader`] })
  await twins.inventory.untilHealthy()
  await system.untilNotified(61)
  assert.equal((await twins.inventory.rows('/inventory/decisions')).length, 1)
  system.launch('inventory_service')
  const saysSo = async () => BY_ANOTHER.test((await system.health('inventory_service')).problems.consumer ?? '')
  await waitFor(saysSo, { deadlineMs: 60_000, what: 'the first inventory to see that it was replaced' })
})

test('of two processes with copies of one store the second stands by until the first has ended', async t => {
  const system = await openSystem(t)
  await system.start(['order_service'])
  await system.kill('order_service')
  const twin = await openTwin(t, system, 'order_service')
  cpSync(system.dataOf('order_service'), twin.folder, { recursive: true })
  await system.start(SERVICES)
  await twin.start()
  await twin.untilProblem('consumer', /is read by another process with this store or a copy of it: this one stands by/)
  await placeMany(system, 20)
  await system.untilQuiescent(20)
  await system.kill('order_service')
  await twin.untilHealthy()
})
