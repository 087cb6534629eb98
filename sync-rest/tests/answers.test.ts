// The answer to the client for each way in which inventory can behave, and whether the order is released.
import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { ask, orderIdIn, placed, problemIn, viewIn, anOrder } from '#conformance/client.ts'
import { startSystem, STOCK } from '#conformance/test-system.ts'
import { decided } from '#conformance/order-facts.ts'
import { waitFor } from '#host/wait-for.ts'
import { syncRest } from '../lab/model.ts'
import { half, hang, problem, reset, answers, text, type Responder } from './support/fake-peer.ts'
import { openOrderService } from './support/order-service.ts'

const DEADLINE_MS = 400
/** A breaker would hide the tenth failure in a row. */
const environment = { RESERVE_DEADLINE_MS: '10000', SEND_DEADLINE_MS: '10000', BREAKER: 'off' }
const impatient = { ...environment, RESERVE_DEADLINE_MS: String(DEADLINE_MS) }

type Row = { inventory: Responder; status: number; code: string; released: boolean }

const ROWS: Record<string, Row> = {
  'is out of stock': { inventory: problem(409, 'out-of-stock'), status: 409, code: 'out-of-stock', released: false },
  'does not know a sku': { inventory: problem(409, 'unknown-sku'), status: 409, code: 'unknown-sku', released: false },
  'has released it': { inventory: problem(409, 'released'), status: 409, code: 'released', released: false },
  'finds it malformed': { inventory: problem(400, 'malformed'), status: 502, code: 'inventory-broke', released: false },
  'answers 500': { inventory: text(500, 'broken'), status: 502, code: 'inventory-broke', released: true },
  'answers 503': { inventory: problem(503, 'unavailable'), status: 502, code: 'inventory-broke', released: true },
  'answers garbage': { inventory: text(200, '<html>'), status: 502, code: 'inventory-broke', released: true },
  'answers something else': { inventory: answers('maybe'), status: 502, code: 'inventory-broke', released: true },
  'refuses with garbage': { inventory: text(409, '<html>'), status: 502, code: 'inventory-broke', released: true },
  'breaks the connection': { inventory: reset, status: 502, code: 'inventory-broke', released: true },
  'breaks off half-way': { inventory: half, status: 502, code: 'inventory-broke', released: true },
  'does not answer': { inventory: hang, status: 504, code: 'deadline-passed', released: true },
}

suite('an order is answered by what inventory did', () => {
  test('reserved and confirmed: 201', async () => {
    await using service = await openOrderService(environment)
    const { orderId, reply } = service.place()
    const answer = await reply
    assert.equal(answer.status, 201)
    assert.deepEqual(viewIn(answer), { orderId, status: 'reserved', notification: 'sent' })
    assert.deepEqual(service.notification.ordersOf('/send'), [orderId])
    await service.fence()
    assert.ok(!service.inventory.ordersOf('/release').includes(orderId))
  })

  for (const [what, { inventory, status, code, released }] of Object.entries(ROWS)) {
    test(`inventory ${what}: ${status} ${code}, ${released ? 'released' : 'nothing to release'}`, async () => {
      await using service = await openOrderService(inventory === hang ? impatient : environment)
      service.inventory.responders['/reserve'] = inventory
      const { orderId, reply, again } = service.place()
      const answered = problemIn(await reply)
      assert.deepEqual([answered.status, answered.code, answered.orderId], [status, code, orderId])
      assert.deepEqual(await service.show(orderId), { orderId, status: 'failed', reason: code })
      // The repeated key is answered alike, without a call of inventory.
      assert.equal(problemIn(await again()).code, code)
      assert.deepEqual(service.inventory.ordersOf('/reserve'), [orderId])
      await service.fence()
      assert.equal(service.inventory.ordersOf('/release').includes(orderId), released)
      assert.deepEqual(service.notification.requests, [])
    })
  }

  test('inventory refuses connections: 503 for good, without Retry-After, and nothing to release', async () => {
    await using service = await openOrderService(environment)
    await service.inventory.refuse()
    const { orderId, reply, again } = service.place()
    const answers = [await reply, await again()]
    for (const answer of answers) {
      assert.equal(problemIn(answer).code, 'inventory-unavailable')
      assert.equal(answer.headers['retry-after'], undefined)
    }
    assert.deepEqual(await service.show(orderId), { orderId, status: 'failed', reason: 'inventory-unavailable' })
    await service.inventory.listen()
    await service.fence()
    assert.ok(!service.inventory.ordersOf('/release').includes(orderId))
  })

  test('the deadline is kept, and an answer that comes later changes nothing', async () => {
    await using service = await openOrderService(impatient)
    let answerLate = () => {}
    service.inventory.responders['/reserve'] = (response, request) => {
      answerLate = () => answers('reserved')(response, request)
    }
    const began = performance.now()
    const { orderId, reply } = service.place()
    assert.equal((await reply).status, 504)
    const tookMs = performance.now() - began
    assert.ok(tookMs >= DEADLINE_MS - 5 && tookMs < DEADLINE_MS + 1_000, `it took ${tookMs} ms`)
    answerLate()
    await service.inventory.receives('/release', orderId)
    await service.fence()
    assert.equal((await service.show(orderId)).status, 'failed')
    assert.deepEqual(service.notification.requests, [])
  })
})

test('a real inventory that hangs and goes on: 504, and the stock is given back', async t => {
  const system = await startSystem(t, syncRest, {
    openingStock: STOCK,
    environments: { order_service: { ...environment, RESERVE_DEADLINE_MS: '2000' } },
  })
  const orderId = await placed(system, anOrder({ kitchenId: 'sells-out' }))
  await system.runtime.pause('inventory_service')
  const frozen = await ask(`${system.runtime.url('order_service')}/order`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(anOrder({ kitchenId: 'sells-out' })),
  })
  assert.equal(problemIn(frozen).code, 'deadline-passed')
  await system.runtime.resume('inventory_service')
  const given = orderIdIn(frozen)
  // Whichever comes first, the late reserve or the release, the end is the same.
  const isReleased = async () => (await system.evidence()).decisions.find(row => row.orderId === given)?.released
  await waitFor(isReleased, { deadlineMs: 60_000, what: 'the release' })
  await decided(system, orderId, given)
  const { stock, movements } = await system.evidence()
  assert.equal(
    movements.filter(row => row.orderId === given).reduce((sum, { delta }) => sum + delta, 0),
    0,
  )
  assert.equal(stock.find(({ kitchenId }) => kitchenId === 'sells-out')?.quantity, 6)
})
