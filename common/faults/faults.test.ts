import assert from 'node:assert/strict'
import { test } from 'node:test'
import { delay, error, garbage, kill, throttle, type Fault } from './faults.ts'
import { testContext } from '../testing/context.ts'
import { createOccupancy } from '../service/occupancy.ts'
import { createFaultInjector } from './fault-injector.ts'

const order = (orderId: string, userId = 'ada') => ({ orderId, userId })

/** A handler that notes what reached it, under one fault with that setting. */
function under(fault: Fault, setting: unknown) {
  const occupancy = createOccupancy()
  const injector = createFaultInjector({
    role: 'INVENTORY',
    environment: { LAB_FAULTS: 'on' },
    occupancy,
    faults: [fault],
    crashPoints: [],
  })
  injector.set({ [fault.name]: setting })
  const handled: unknown[] = []
  const handler = injector.wrap(async (input: unknown) => {
    handled.push(input)
    return { done: input }
  })
  return {
    handler,
    handled,
    places: () => occupancy.view().places,
    injections: () => injector.view()[fault.name]?.injections,
  }
}

test('delay makes each order wait, and does not hold those behind it', async t => {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const { handler, handled, injections } = under(delay, { delayMs: 2_000 })
  const both = [handler(order('a'), testContext()), handler(order('b'), testContext())]
  t.mock.timers.tick(1_999)
  await Promise.resolve()
  assert.deepEqual(handled, [])
  t.mock.timers.tick(1)
  await Promise.all(both)
  assert.equal(handled.length, 2)
  assert.equal(injections(), 2)
})

test('a delay that is of one kitchen makes the orders of others wait for nothing', async t => {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const { handler, handled, injections } = under(delay, { delayMs: 2_000, kitchenId: 'slow' })
  const [slow, other] = ['slow', 'other'].map(kitchenId => ({ ...order(kitchenId), kitchenId }))
  const waiting = handler(slow, testContext())
  await handler(other, testContext())
  assert.deepEqual([handled, injections()], [[other], 1])
  t.mock.timers.tick(2_000)
  await waiting
  assert.deepEqual(handled, [other, slow])
})

test('a delay or a throttle ends at once when nobody waits any longer, and the work is not done', async () => {
  for (const [fault, setting] of [
    [delay, { delayMs: 600_000 }],
    [throttle, { perSecond: 0.001 }],
  ] as const) {
    const { handler, handled } = under(fault, setting)
    const closing = new AbortController()
    await (fault === throttle ? handler(order('first'), testContext()) : undefined)
    const late = handler(order('late'), testContext(closing.signal))
    closing.abort()
    await assert.rejects(late, { name: 'AbortError' })
    assert.ok(!handled.some(input => JSON.stringify(input).includes('late')))
  }
})

test('throttle starts work at the given rate, the first at once', async () => {
  const { handler, injections, places } = under(throttle, { perSecond: 200 })
  await handler(order('first'), testContext())
  assert.deepEqual(places(), [], 'nobody has waited')
  const start = performance.now()
  await Promise.all(Array.from({ length: 20 }, (_, number) => handler(order(String(number)), testContext())))
  const tookMs = performance.now() - start
  assert.ok(tookMs >= 95, `20 slots of 5 ms took ${tookMs} ms`)
  const [place] = places()
  assert.deepEqual([place?.name, place?.limit, place?.taken], ['throttle', 1, 0])
  assert.ok((place?.fullNs ?? 0) >= 90e6, `somebody waited for ${place?.fullNs} ns`)
  assert.equal(injections(), 21)
})

test('error fails every order in place of its work', async () => {
  const { handler, handled, injections } = under(error, {})
  for (let times = 0; times < 3; times++)
    await assert.rejects(handler(order('a'), testContext()), { code: 'handler-failed' })
  assert.deepEqual([handled.length, injections()], [0, 3])
})

test('error with times fails each order so often, and then does its work', async () => {
  const { handler } = under(error, { times: 2 })
  for (const orderId of ['a', 'b']) {
    for (let times = 0; times < 2; times++) await assert.rejects(handler(order(orderId), testContext()))
    await handler(order(orderId), testContext())
  }
})

test('error for one user spares the others', async () => {
  const { handler } = under(error, { userId: 'ada' })
  await assert.rejects(handler(order('a'), testContext()))
  await handler(order('b', 'bob'), testContext())
  await handler('no order at all', testContext())
})

test('garbage does the work and answers with garbage', async () => {
  const { handler, handled, injections } = under(garbage, {})
  const answer: unknown = await handler(order('a'), testContext())
  assert.ok(answer instanceof Uint8Array)
  assert.throws(() => JSON.parse(new TextDecoder().decode(answer)))
  assert.deepEqual([handled.length, injections()], [1, 1])
})

test('kill ends the process at an order of its user, and at no other', async t => {
  const killed = t.mock.method(process, 'kill', () => true)
  const { handler } = under(kill, { userId: 'mallory' })
  await handler(order('a'), testContext())
  assert.equal(killed.mock.callCount(), 0)
  await handler(order('b', 'mallory'), testContext())
  assert.deepEqual(killed.mock.calls[0]?.arguments, [process.pid, 'SIGKILL'])
})
