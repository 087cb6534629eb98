// The bulkhead: at most CONCURRENCY orders wait for inventory at once, and an order in its queue keeps the deadline.
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { test } from 'node:test'
import { bulkhead } from 'cockatiel'
import { anOrder, problemIn } from '#conformance/client.ts'
import { createHealth } from '#common/service/health.ts'
import { createOccupancy } from '#common/service/occupancy.ts'
import { waitFor } from '#host/wait-for.ts'
import { openPeer } from '../http-client/call.ts'
import { noBreaker, openBreaker } from '../order_service/breaker.ts'
import { openReservations } from '../order_service/reserve-at-inventory.ts'
import { answers, hang, startInventory } from './support/fake-peer.ts'
import { openOrderService, type PlacedRequest } from './support/order-service.ts'

const limits = (of: { deadlineMs: number; concurrency: number }) => ({
  ...of,
  places: createOccupancy().places('CONCURRENCY', of.concurrency),
})

test('an order that waits past the deadline is answered 503, inventory is never called, and the breaker does not count it', {
  timeout: 20_000,
}, async () => {
  await using inventory = await startInventory()
  const peer = openPeer({ name: 'inventory', url: inventory.url, connections: 4, connectMs: 1_000 })
  const gate = Promise.withResolvers<void>()
  // Takes the place of the breaker, and holds the one slot for longer than any deadline.
  const holding = bulkhead(1, 10)
  const held = holding.execute(() => gate.promise)
  const breaker = openBreaker({ peer: 'inventory', failures: 1, openMs: 60_000, health: createHealth() })
  const { reserve } = openReservations(
    peer,
    { ...breaker, execute: work => holding.execute(() => breaker.execute(work)) },
    limits({ deadlineMs: 1_000, concurrency: 3 }),
  )
  const orders = Array.from({ length: 3 }, () => ({ orderId: randomUUID(), kitchenId: 'main', ...anOrder() }))
  const began = performance.now()
  for (const reserved of orders.map(order => reserve(order, 'c')))
    await assert.rejects(reserved, { code: 'inventory-unavailable', mayHaveActed: false })
  assert.ok(performance.now() - began < 2_500, 'they wait side by side, and are refused in time')
  // Their slots become free now, too late.
  gate.resolve()
  await held
  const later = { orderId: randomUUID(), kitchenId: 'main', ...anOrder() }
  await reserve(later, 'c')
  assert.deepEqual(inventory.ordersOf('/reserve'), [later.orderId])
  await peer.pool.close()
})

test('behind an inventory that hangs each order is answered in time, and released exactly if its reserve was sent', async () => {
  await using service = await openOrderService({ CONCURRENCY: '1', RESERVE_DEADLINE_MS: '500', BREAKER: 'off' })
  service.inventory.responders['/reserve'] = () => {}
  const began = performance.now()
  const placing = Array.from({ length: 6 }, () => service.place())
  const answered = await Promise.all(
    placing.map(async ({ orderId, reply }) => ({ orderId, ...problemIn(await reply) })),
  )
  assert.ok(performance.now() - began < 3_000, 'they wait side by side, not one after the other')
  await service.fence()
  const released = service.inventory.ordersOf('/release')
  for (const { orderId, status } of answered) {
    assert.ok(status === 504 || status === 503, `answered ${status}`)
    assert.equal(released.includes(orderId), status === 504)
    if (status === 503) assert.ok(!service.inventory.ordersOf('/reserve').includes(orderId))
  }
})

test('at most CONCURRENCY orders are at inventory, as many wait for a slot, and one more is told to come back', async () => {
  await using service = await openOrderService({ CONCURRENCY: '2', RESERVE_DEADLINE_MS: '30000' })
  const held: (() => void)[] = []
  service.inventory.responders['/reserve'] = (response, request) => {
    held.push(() => answers('reserved')(response, request))
  }
  const placing = Array.from({ length: 4 }, () => service.place())
  const isStored = ({ orderId }: PlacedRequest) =>
    service.show(orderId).then(
      () => true,
      () => false,
    )
  for (const placed of placing) await waitFor(() => isStored(placed), { deadlineMs: 60_000, what: 'all to be stored' })
  const oneMore = service.place()
  const refused = await oneMore.reply
  assert.equal(problemIn(refused).code, 'overloaded')
  assert.match(String(refused.headers['retry-after']), /^[1-3]$/)
  for (let answered = 0; answered < placing.length; answered++) {
    const due = Math.min(answered + 2, placing.length)
    await waitFor(() => service.inventory.requests.length >= due, { deadlineMs: 60_000, what: `${due} calls` })
    assert.equal(service.inventory.requests.length, due)
    held[answered]?.()
  }
  for (const { reply } of placing) assert.equal((await reply).status, 201)
  service.inventory.responders['/reserve'] = answers('reserved')
  assert.equal((await oneMore.again()).status, 201, 'its key was not used up')
})

test('a line that inventory has stopped to serve takes nobody any more, although no call has ended yet', async () => {
  await using inventory = await startInventory()
  inventory.responders['/reserve'] = hang
  const peer = openPeer({ name: 'inventory', url: inventory.url, connections: 4, connectMs: 1_000 })
  const { admit, reserve } = openReservations(peer, noBreaker, limits({ deadlineMs: 3_000, concurrency: 2 }))
  let ended = 0
  const held = Array.from({ length: 2 }, () => {
    const order = { orderId: randomUUID(), kitchenId: 'main', ...anOrder() }
    return admit(() => reserve(order, 'c')).catch(() => ended++)
  })
  await admit(async () => {})
  const isRefused = () =>
    admit(async () => {}).then(
      () => false,
      (error: { code?: string }) => error.code === 'overloaded',
    )
  await waitFor(isRefused, { deadlineMs: 20_000, what: 'one more to be refused' })
  assert.equal(ended, 0)
  await Promise.all(held)
  await peer.pool.destroy()
})
