// The bulkhead: at most W orders wait for inventory at once, and who waits in its line keeps the deadline.
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { test } from 'node:test'
import { bulkhead } from 'cockatiel'
import { anOrder, problemIn } from '#common/conformance/client.ts'
import { openPeer } from '../call.ts'
import { askInventory } from '../order_service/ask-inventory.ts'
import { says, startInventory } from './fake-peer.ts'
import { openOrderService } from './order-service.ts'

test('who waits for a place past the deadline gets 503, and inventory is never asked', async () => {
  await using inventory = await startInventory()
  const peer = openPeer('inventory', inventory.url, 4)
  const gate = Promise.withResolvers<void>()
  // Stands where the breaker does, and holds the one place for longer than any deadline.
  const holding = bulkhead(1, 10)
  const held = holding.execute(() => gate.promise)
  const reserve = askInventory(peer, holding, { deadlineMs: 200, atOnce: 1 })
  const orders = Array.from({ length: 3 }, () => ({ orderId: randomUUID(), kitchenId: 'main', ...anOrder() }))
  const began = performance.now()
  for (const asked of orders.map(order => reserve(order, 'c')))
    await assert.rejects(asked, { code: 'inventory-unavailable', mayHaveActed: false })
  assert.ok(performance.now() - began < 1_000, 'they wait side by side, and learn it in time')
  // Their turns come now, too late.
  gate.resolve()
  await held
  const later = { orderId: randomUUID(), kitchenId: 'main', ...anOrder() }
  await reserve(later, 'c')
  assert.deepEqual(inventory.ordersOf('/reserve'), [later.orderId])
  await peer.pool.close()
})

test('with W=1 behind an inventory that hangs each order is answered in time, and is released exactly if it was asked', async () => {
  await using service = await openOrderService({ W: '1', RESERVE_DEADLINE_MS: '500', BREAKER: 'off' })
  service.inventory.treat['/reserve'] = () => {}
  const began = performance.now()
  const placing = Array.from({ length: 6 }, () => service.place())
  const told = await Promise.all(placing.map(async ({ orderId, reply }) => ({ orderId, ...problemIn(await reply) })))
  assert.ok(performance.now() - began < 3_000, 'they wait side by side, not one after the other')
  await service.fence()
  const released = service.inventory.ordersOf('/release')
  for (const { orderId, status } of told) {
    assert.ok(status === 504 || status === 503, `answered ${status}`)
    assert.equal(released.includes(orderId), status === 504)
    if (status === 503) assert.ok(!service.inventory.ordersOf('/reserve').includes(orderId))
  }
})

test('W orders wait at once, and no more; who comes next takes the place that becomes free', async () => {
  await using service = await openOrderService({ W: '2', RESERVE_DEADLINE_MS: '10000' })
  const held: (() => void)[] = []
  let deepest = 0
  service.inventory.treat['/reserve'] = (response, asked) => {
    held.push(() => says('reserved')(response, asked))
    deepest = Math.max(deepest, held.length)
    if (held.length === 2) for (const release of held.splice(0)) setImmediate(release)
  }
  const placing = Array.from({ length: 8 }, () => service.place())
  for (const { reply } of placing) assert.equal((await reply).status, 201)
  assert.equal(deepest, 2)
})
