// An order that inventory may have reserved is released until inventory acknowledges: past failures, and across SIGKILL.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { anOrder, ask, placed, problemIn, showOrder, viewIn } from '#conformance/client.ts'
import { decidedOne } from '#conformance/order-facts.ts'
import { startSystem, STOCK, type TestSystem } from '#conformance/test-system.ts'
import { syncRest } from '../lab/model.ts'
import { hang, problem, reset, answers, text, type Responder } from './support/fake-peer.ts'
import { openOrderService, type OrderService } from './support/order-service.ts'

const environment = { RESERVE_DEADLINE_MS: '1500' }

/** An order that failed while inventory answers releases in this way. */
async function failOrder(service: OrderService, release: Responder): Promise<string> {
  service.inventory.responders['/reserve'] = text(500, 'broken')
  service.inventory.responders['/release'] = release
  const { orderId, reply } = service.place()
  assert.equal((await reply).status, 502)
  return orderId
}

test('a release is repeated until it is acknowledged, and then no more', async () => {
  await using service = await openOrderService(environment)
  const ways = [text(500, 'broken'), reset, text(200, 'garbage'), problem(409, 'order-conflict'), hang, answers('sent')]
  let times = 0
  const orderId = await failOrder(service, (response, request) =>
    (ways[times++] ?? answers('released'))(response, request),
  )
  await service.inventory.receives('/release', orderId, ways.length + 1)
  await service.fence()
  assert.equal(service.inventory.ordersOf('/release').filter(id => id === orderId).length, ways.length + 1)
})

test('a pending release survives SIGKILL, and an acknowledged one is not repeated', async () => {
  await using service = await openOrderService(environment)
  const orderId = await failOrder(service, text(500, 'broken'))
  await service.kill()
  const before = service.inventory.ordersOf('/release').length
  service.inventory.responders['/release'] = answers('released')
  await service.start()
  await service.inventory.receives('/release', orderId, before + 1)
  await service.fence()
  const releases = service.inventory.ordersOf('/release').filter(id => id === orderId).length
  await service.kill()
  await service.start()
  await service.fence()
  assert.equal(service.inventory.ordersOf('/release').filter(id => id === orderId).length, releases)
})

test('an order that was pending when the service was killed is failed and released at its start', async () => {
  await using service = await openOrderService({ RESERVE_DEADLINE_MS: '60000' })
  service.inventory.responders['/reserve'] = hang
  const { orderId, reply, again } = service.place()
  reply.catch(() => {})
  await service.inventory.receives('/reserve', orderId)
  assert.equal((await service.show(orderId)).status, 'pending')
  await service.kill()
  await service.start()
  await service.inventory.receives('/release', orderId)
  assert.deepEqual(await service.show(orderId), { orderId, status: 'failed', reason: 'deadline-passed' })
  assert.equal(problemIn(await again()).status, 504)
  assert.deepEqual(service.inventory.ordersOf('/reserve'), [orderId])
})

const post = ({ runtime }: TestSystem, path: string, body: unknown) =>
  ask(`${runtime.url('inventory_service')}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })

const lateOrder = (orderId: string) => ({ orderId, ...anOrder({ kitchenId: 'sells-out' }), kitchenId: 'sells-out' })

test('a release that arrives before its reserve forbids the reserve', async t => {
  const system = await startSystem(t, syncRest, { openingStock: STOCK })
  for (let time = 0; time < 2; time++) assert.equal((await post(system, '/release', { orderId: 'late' })).status, 200)
  for (let time = 0; time < 2; time++) {
    const refused = problemIn(await post(system, '/reserve', lateOrder('late')))
    assert.deepEqual([refused.status, refused.code], [409, 'released'])
  }
  await system.runtime.kill('inventory_service')
  await system.runtime.start('inventory_service')
  assert.equal(problemIn(await post(system, '/reserve', lateOrder('late'))).code, 'released')
  assert.deepEqual((await system.evidence()).movements, [])
})

test('a release gives the stock back once, and the order is not reserved again', async t => {
  const system = await startSystem(t, syncRest, { openingStock: STOCK })
  const order = lateOrder('abandoned')
  assert.equal((await post(system, '/reserve', order)).status, 200)
  for (let time = 0; time < 3; time++)
    assert.equal((await post(system, '/release', { orderId: order.orderId })).status, 200)
  assert.equal(problemIn(await post(system, '/reserve', order)).code, 'released')
  const { movements, stock } = await system.evidence()
  const own = movements.filter(({ orderId }) => orderId === order.orderId)
  assert.deepEqual(
    own.map(({ kind, delta }) => [kind, delta]),
    [
      ['reserve', -1],
      ['release', 1],
    ],
  )
  assert.equal(stock[0]?.quantity, 7)
})

test('an order that inventory refuses takes nothing, and a conflicting one changes nothing', async t => {
  const system = await startSystem(t, syncRest, { openingStock: STOCK })
  const orderId = await placed(system, anOrder())
  await decidedOne(system, orderId)
  const conflict = problemIn(await post(system, '/reserve', { ...lateOrder(orderId), userId: 'another' }))
  assert.deepEqual([conflict.status, conflict.code], [409, 'order-conflict'])
  assert.equal(viewIn(await showOrder(system, orderId)).status, 'reserved')
  assert.equal((await system.evidence()).movements.filter(({ kind }) => kind === 'reserve').length, 1)
})
