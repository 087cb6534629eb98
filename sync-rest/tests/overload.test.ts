// More orders than inventory can reserve: those that it has time for are served as if there were no others, and the others
// know at once that they have to come back. Inventory takes 200 ms for an order and works on 8 at once: 40 a second.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startSystem } from '#conformance/test-system.ts'
import type { Attempt } from '#engine/load/attempt.ts'
import { runLoad } from '#engine/load/generator.ts'
import { initialStock, orderMix } from '#engine/load/mix.ts'
import { planOrders } from '#engine/load/orders.ts'
import { syncRest } from '../lab/model.ts'

const DELAY_MS = 200
const PLACES = 8
const CAPACITY = (PLACES * 1_000) / DELAY_MS
const SECONDS = 4

const statusOf = ({ answer }: Attempt): number => (answer.kind === 'status' ? answer.status : 0)
const tookMs = ({ startedNs, answeredNs }: Attempt): number => ((answeredNs ?? Infinity) - startedNs) / 1e6
const median = (values: readonly number[]): number =>
  values.toSorted((one, other) => one - other)[values.length >> 1] ?? 0

for (const times of [1.25, 3]) {
  test(`at ${times} times of what inventory can do, most of what it can do is done, and the others are turned away at once`, async t => {
    const rate = times * CAPACITY
    const mix = { count: rate * SECONDS, scarceShare: 0, unknownSkuShare: 0, tooManyShare: 0 }
    const system = await startSystem(t, syncRest, {
      openingStock: initialStock(orderMix(mix)),
      environments: {
        order_service: { CONCURRENCY: `${PLACES}`, BREAKER: 'off' },
        inventory_service: { CONCURRENCY: `${PLACES}` },
      },
    })
    await system.setFaults('inventory_service', { delay: { delayMs: DELAY_MS } })
    const { attempts } = await runLoad({
      orders: planOrders({ ...mix, seed: 1, runId: 'overload' }),
      ordersPerSecond: rate,
      target: { url: system.url('order_service'), path: '/order' },
      deadlineMs: 20_000,
    })
    const served = attempts.filter(attempt => statusOf(attempt) === 201)
    const refused = attempts.filter(attempt => statusOf(attempt) !== 201)
    // A busy machine serves less; with a queue that has no bound nearly every order is late, and none is served in time.
    assert.ok(served.length >= 0.5 * CAPACITY * SECONDS, `${served.length} of ${CAPACITY * SECONDS} were served`)
    assert.deepEqual(
      new Set(refused.map(({ answer }) => answer.kind === 'status' && answer.code)),
      new Set(['overloaded']),
    )
    assert.ok(
      median(refused.map(tookMs)) < DELAY_MS / 2,
      `half of the others knew after ${median(refused.map(tookMs))} ms`,
    )
    await system.clearFaults('inventory_service')
    const { orders } = await system.assertSound()
    assert.equal(orders.length, served.length, 'who was turned away left no trace')
  })
}

test('an inventory that serves one order after the other is used too, although CONCURRENCY of them would all be late', async t => {
  const perSecond = 40
  const rate = 3 * perSecond
  const mix = { count: rate * SECONDS, scarceShare: 0, unknownSkuShare: 0, tooManyShare: 0 }
  const system = await startSystem(t, syncRest, {
    openingStock: initialStock(orderMix(mix)),
    environments: { order_service: { BREAKER: 'off' } },
  })
  await system.setFaults('inventory_service', { throttle: { perSecond } })
  const { attempts } = await runLoad({
    orders: planOrders({ ...mix, seed: 1, runId: 'serial' }),
    ordersPerSecond: rate,
    target: { url: system.url('order_service'), path: '/order' },
    deadlineMs: 20_000,
  })
  const served = attempts.filter(attempt => statusOf(attempt) === 201).length
  // Were all late, it would be the few at the beginning.
  assert.ok(served >= 0.3 * perSecond * SECONDS, `${served} of ${perSecond * SECONDS} were served`)
  await system.clearFaults('inventory_service')
  await system.assertSound()
})
