import assert from 'node:assert/strict'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import { deriveOrderId, type Order } from '../contracts/order.ts'
import { ordersTables } from '../stores/orders.ts'
import { placeOrder } from '../workflow/place-order.ts'
import { presentState, viewOf } from '../workflow/present-order.ts'
import { recordOutcome } from '../workflow/record-outcome.ts'
import { createHealth } from './health.ts'
import { createOccupancy } from './occupancy.ts'
import { createServer } from './http-server.ts'
import { createLog } from './log.ts'
import { orderRoutes } from './order-routes.ts'

const request = { userId: 'ada', items: [{ sku: 'burger', quantity: 1 }] }

/** The routes before a store in memory. */
async function openRoutes() {
  const closing = new AbortController().signal
  const parts = { log: createLog('test', 'silent'), health: createHealth(), occupancy: createOccupancy(), closing }
  const server = createServer({ ...parts, name: 'test', config: { HOST: '127.0.0.1' } })
  const tx = ordersTables(new DatabaseSync(':memory:'))
  const placed: Order[] = []
  orderRoutes(server, parts, {
    async place(order, { correlationId }) {
      const result = placeOrder(tx, order, { correlationId, occurredAt: '2026-01-01T00:00:00.000Z' })
      if (result.isNew) placed.push(order)
      return { isNew: result.isNew, view: result.isNew ? viewOf(result.placed) : presentState(result.placed) }
    },
    find: async orderId => tx.findOrder(orderId),
    status: { isNew: 202, repeated: 200 },
  })
  const place = (payload: object, headers: Record<string, string> = {}) =>
    server.inject({ method: 'POST', url: '/order', payload, headers })
  return { server, tx, placed, place }
}

test('an order without a key is a new one each time, and the kitchen is main unless the client names one', async () => {
  const { place, placed } = await openRoutes()
  for (const payload of [request, request, { ...request, kitchenId: 'k' }])
    assert.equal((await place(payload)).statusCode, 202)
  assert.equal(new Set(placed.map(({ orderId }) => orderId)).size, 3)
  assert.deepEqual(
    placed.map(({ kitchenId }) => kitchenId),
    ['main', 'main', 'k'],
  )
})

test('a key gives the order its id; repeated it is answered with the present state, and nothing is placed', async () => {
  const { place, placed, tx } = await openRoutes()
  const headers = { 'idempotency-key': 'key-1' }
  const orderId = deriveOrderId('ada', 'key-1')
  assert.deepEqual((await place(request, headers)).json(), { orderId, status: 'pending' })
  const undecided = await place(request, headers)
  assert.deepEqual([undecided.statusCode, undecided.headers['retry-after']], [409, '1'])
  recordOutcome(tx, orderId, { status: 'reserved' })
  const repeated = await place(request, headers)
  assert.deepEqual([repeated.statusCode, repeated.json().status], [200, 'reserved'])
  assert.equal(placed.length, 1)
})

test('an order is shown with the reason of its failure, and one that nobody placed is not found', async () => {
  const { server, place, tx, placed } = await openRoutes()
  await place(request)
  const orderId = placed[0]?.orderId ?? ''
  recordOutcome(tx, orderId, { status: 'failed', reason: 'released' })
  const shown = (await server.inject(`/order/${orderId}`)).json()
  assert.deepEqual(shown, { orderId, status: 'failed', reason: 'released' })
  assert.equal((await server.inject('/order/nobody')).statusCode, 404)
})

test('an order that breaks the contract is refused and not placed', async () => {
  const { place, placed } = await openRoutes()
  for (const payload of [[], { ...request, items: [] }, { ...request, unknown: 1 }, { items: request.items }])
    assert.equal((await place(payload)).statusCode, 400)
  assert.deepEqual(placed, [])
})
