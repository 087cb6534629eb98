// The deadline of an answer holds whatever becomes of a peer: its process hangs, or its host is gone and a new connection is
// neither made nor refused. The orders are more than the connections can hold for a deadline each.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startSystem, type TestSystem } from '#conformance/test-system.ts'
import type { Attempt } from '#engine/load/attempt.ts'
import { runLoad } from '#engine/load/generator.ts'
import { initialStock, orderMix } from '#engine/load/mix.ts'
import { planOrders } from '#engine/load/orders.ts'
import { syncRest } from '../lab/model.ts'

const DEADLINE_MS = 500
/** Beyond the deadline, for a machine that is busy; where the deadline does not hold, an answer takes ten seconds. */
const MARGIN_MS = 5_000
const RATE = 60
const ORDERS = 2 * RATE
/** Every order can be reserved. */
const MIX = { count: ORDERS, scarceShare: 0, unknownSkuShare: 0, tooManyShare: 0 }

async function placeOrders({ url }: TestSystem, runId: string): Promise<Attempt[]> {
  const orders = planOrders({ ...MIX, seed: 1, runId })
  const target = { url: url('order_service'), path: '/order' }
  const { attempts } = await runLoad({ orders, ordersPerSecond: RATE, target, deadlineMs: 20_000 })
  return attempts
}

const statusOf = ({ answer }: Attempt): number => (answer.kind === 'status' ? answer.status : 0)

const isOverloaded = ({ answer }: Attempt): boolean => answer.kind === 'status' && answer.code === 'overloaded'

/** In milliseconds from its start. */
const longest = (attempts: readonly Attempt[]): number =>
  attempts.reduce((most, { startedNs, answeredNs }) => Math.max(most, ((answeredNs ?? Infinity) - startedNs) / 1e6), 0)

/** Without the breaker, which spares most orders the wait. */
const optionsOf = (deadline: string) => ({
  openingStock: initialStock(orderMix(MIX)),
  environments: { order_service: { BREAKER: 'off', CONCURRENCY: '4', [deadline]: `${DEADLINE_MS}` } },
})

for (const fault of ['isolate', 'pause'] as const) {
  const what = `${fault === 'pause' ? 'hangs' : 'is on a host that is gone'}`
  test(`inventory ${what}: every order is answered 503 or 504 by the deadline, and goes on when it is back`, async t => {
    const system = await startSystem(t, syncRest, optionsOf('RESERVE_DEADLINE_MS'))
    await system.runtime[fault]('inventory_service')
    const attempts = await placeOrders(system, 'away')
    for (const status of new Set(attempts.map(statusOf)))
      assert.ok(status === 503 || status === 504, `answered ${status}`)
    assert.ok(longest(attempts) < DEADLINE_MS + MARGIN_MS, `the last answer took ${longest(attempts)} ms`)
    await system.runtime.resume('inventory_service')
    await system.untilQuiescent()
    const back = await placeOrders(system, 'back')
    assert.ok(back.some(attempt => statusOf(attempt) === 201))
    await system.assertSound({ mayFail: ['inventory-unavailable', 'deadline-passed'] })
  })

  test(`notification ${what}: every order that is taken is answered 201 by the deadline, and notified when it is back`, async t => {
    const system = await startSystem(t, syncRest, optionsOf('SEND_DEADLINE_MS'))
    await system.runtime[fault]('notification_service')
    const attempts = await placeOrders(system, 'away')
    // A machine that is busy may have no room for some; those are turned away before anything is stored.
    const taken = attempts.filter(attempt => !isOverloaded(attempt))
    assert.deepEqual(new Set(taken.map(statusOf)), new Set([201]))
    assert.ok(taken.length > ORDERS / 2, `${taken.length} orders were taken`)
    assert.ok(longest(attempts) < DEADLINE_MS + MARGIN_MS, `the last answer took ${longest(attempts)} ms`)
    await system.runtime.resume('notification_service')
    await system.untilNotified(taken.length)
    await system.assertSound()
  })
}
