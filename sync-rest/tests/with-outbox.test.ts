// With the outbox an order is answered before inventory is asked, and inventory is asked until it has decided.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { problemIn, viewIn } from '#conformance/client.ts'
import { answers, hang, problem, reset, type Responder, text } from './support/fake-peer.ts'
import { openOrderService, type OrderService } from './support/order-service.ts'

const withOutbox = () => ({ OUTBOX: 'on', RESERVE_DEADLINE_MS: '300' })

/** Places an order that is accepted before anybody has decided it. */
async function accepted({ place }: OrderService, kitchenId?: string): Promise<string> {
  const { orderId, reply } = place(kitchenId)
  const answer = await reply
  assert.equal(answer.status, 202)
  assert.deepEqual(viewIn(answer), { orderId, status: 'pending' })
  return orderId
}

test('inventory is asked again after an error, a 400, garbage, a broken connection and no answer, and the order is notified once', async () => {
  await using service = await openOrderService(withOutbox())
  const ways: Responder[] = [
    text(500, 'broken'),
    problem(400, 'malformed'),
    text(200, 'garbage'),
    reset,
    hang,
    answers('sent'),
  ]
  let times = 0
  service.inventory.responders['/reserve'] = (response, request) =>
    (ways[times++] ?? answers('reserved'))(response, request)
  const orderId = await accepted(service)
  await service.shows(orderId, ({ notification }) => notification === 'sent')
  assert.deepEqual(await service.show(orderId), { orderId, status: 'reserved', notification: 'sent' })
  assert.equal(service.inventory.ordersOf('/reserve').length, ways.length + 1)
  assert.deepEqual(service.notification.ordersOf('/send'), [orderId])
  assert.deepEqual(service.inventory.ordersOf('/release'), [])
})

test('what inventory refuses fails with its reason, is not asked again, and is not notified', async () => {
  await using service = await openOrderService(withOutbox())
  service.inventory.responders['/reserve'] = problem(409, 'out-of-stock')
  const orderId = await accepted(service)
  await service.shows(orderId, ({ status }) => status === 'failed')
  assert.deepEqual(await service.show(orderId), { orderId, status: 'failed', reason: 'out-of-stock' })
  service.inventory.responders['/reserve'] = answers('reserved')
  const other = await accepted(service)
  await service.shows(other, ({ notification }) => notification === 'sent')
  assert.deepEqual(service.inventory.ordersOf('/reserve'), [orderId, other])
  assert.deepEqual(service.notification.ordersOf('/send'), [other])
})

test('an accepted order survives SIGKILL, and is reserved after the next start', async () => {
  await using service = await openOrderService(withOutbox())
  await service.inventory.refuse()
  const orderIds = [await accepted(service), await accepted(service)]
  await service.kill()
  await service.inventory.listen()
  await service.start()
  for (const orderId of orderIds) await service.shows(orderId, ({ notification }) => notification === 'sent')
})

test('the same key is answered with the state of the order: undecided, then reserved', async () => {
  await using service = await openOrderService(withOutbox())
  service.inventory.responders['/reserve'] = text(500, 'broken')
  const { orderId, reply, again } = service.place()
  assert.equal((await reply).status, 202)
  assert.equal(problemIn(await again()).code, 'order-undecided')
  service.inventory.responders['/reserve'] = answers('reserved')
  await service.shows(orderId, ({ status }) => status === 'reserved')
  const answer = await again()
  assert.equal(answer.status, 200)
  assert.equal(viewIn(answer).status, 'reserved')
})

test('without the outbox it refuses to start while accepted orders wait in it, in one sentence', async () => {
  await using service = await openOrderService(withOutbox())
  await service.inventory.refuse()
  const orderId = await accepted(service)
  await service.kill()
  service.environment.OUTBOX = 'off'
  await assert.rejects(service.start(), /its outbox holds events of accepted orders; start it with OUTBOX=on/)
  service.environment.OUTBOX = 'on'
  await service.inventory.listen()
  await service.start()
  await service.shows(orderId, ({ notification }) => notification === 'sent')
})

test('with the outbox, an order whose request ended with the process before is failed and released', async () => {
  await using service = await openOrderService({ OUTBOX: 'off', RESERVE_DEADLINE_MS: '60000' })
  service.inventory.responders['/reserve'] = hang
  const { orderId, reply } = service.place()
  reply.catch(() => {})
  await service.inventory.receives('/reserve', orderId)
  await service.kill()
  service.environment.OUTBOX = 'on'
  await service.start()
  await service.inventory.receives('/release', orderId)
  assert.deepEqual(await service.show(orderId), { orderId, status: 'failed', reason: 'deadline-passed' })
  assert.deepEqual(service.inventory.ordersOf('/reserve'), [orderId])
})

test('an order at which inventory fails each time holds up the later ones of its kitchen, and no others', async () => {
  await using service = await openOrderService({ ...withOutbox(), CONCURRENCY: '2' })
  let isBroken = true
  service.inventory.responders['/reserve'] = (response, request) => {
    const { kitchenId } = JSON.parse(request.body) as { kitchenId: string }
    const answer = isBroken && kitchenId === 'broken' ? text(500, 'broken') : answers('reserved')
    answer(response, request)
  }
  const held = [await accepted(service, 'broken'), await accepted(service, 'broken')]
  // More than there are places.
  for (let nth = 0; nth < 10; nth++) await accepted(service, 'broken')
  const other = await accepted(service, 'other')
  await service.shows(other, ({ notification }) => notification === 'sent')
  assert.deepEqual(await service.show(held[1] ?? ''), { orderId: held[1], status: 'pending' })
  isBroken = false
  for (const orderId of held) await service.shows(orderId, ({ notification }) => notification === 'sent')
})
