// A reader that joins later, on the real models: what it reads is what their services hold.
import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { anOrder, place } from '#conformance/client.ts'
import { decided } from '#conformance/order-facts.ts'
import { startSystem, STOCK } from '#conformance/test-system.ts'
import type { ComparableModel } from '#engine/experiment/comparison-adapter.ts'
import { digestOf, type OrdersRead, readOrdersBy } from '#engine/experiment/new-reader.ts'
import { asyncRabbitmq } from '../../async-rabbitmq/lab/model.ts'
import { topologyOf } from '../../async-rabbitmq/messaging/topology.ts'
import { openBrowser } from '../../async-rabbitmq/tests/support/system.ts'
import { syncRest } from '../../sync-rest/lab/model.ts'
import { pageThrough } from '../../sync-rest/lab/operations.ts'
import { models } from '../session/registry.ts'

const COUNT = 30

/** A system on which so many orders are decided, a third of which failed. */
async function withOrders(t: TestContext, model: ComparableModel) {
  const environments = { ...model.comparison.keepsResults }
  const system = await startSystem(t, model, { environments, openingStock: STOCK })
  const items = [{ sku: 'unicorn', quantity: 1 }]
  for (let index = 0; index < COUNT; index++)
    await place(system, anOrder(index % 3 === 0 ? { items } : {}), `key-${index}`)
  await decided(system)
  const { decisions } = await system.evidence()
  assert.deepEqual(new Set(decisions.map(({ outcome }) => outcome.status)), new Set(['reserved', 'failed']))
  return { system, outcomes: decisions.map(({ orderId, outcome }) => [orderId, outcome.status] as const) }
}

for (const model of models)
  test(`${model.name}: a reader that joins later reads every order from the first one, as it was decided`, async t => {
    const { system, outcomes } = await withOrders(t, model)
    const read = (await system.inspector.operations['read-orders']?.({ expected: COUNT })) as OrdersRead
    assert.deepEqual({ orders: read.orders, digest: read.digest }, { orders: COUNT, digest: digestOf(outcomes) })
    assert.ok((read.tookMs ?? 0) > 0)
  })

test('orders of more pages than one are read page after page', async t => {
  const { system, outcomes } = await withOrders(t, syncRest)
  const taken: [string, string][] = []
  const url = `${system.url('order_service')}/orders`
  await pageThrough(url, (orderId, status) => taken.push([orderId, status]), new AbortController().signal, 4)
  assert.equal(digestOf(taken), digestOf(outcomes))
})

test('a stream is read beyond its window, and the error of a visit ends the reading', async t => {
  const { system } = await withOrders(t, asyncRabbitmq)
  const browser = await openBrowser(t)
  const { stream } = topologyOf(system.deployment.prefix, 1)
  const enough = new AbortController()
  let visited = 0
  const visit = () => void (++visited === COUNT && enough.abort())
  await browser.readStream(stream, visit, { signal: enough.signal, window: 4 })
  assert.equal(visited, COUNT)
  const failing = () => {
    throw new Error('not an outcome')
  }
  await assert.rejects(browser.readStream(stream, failing, { signal: new AbortController().signal }), /not an outcome/)
})

const untilEnded = (signal: AbortSignal) =>
  new Promise<void>(resolve => signal.addEventListener('abort', () => resolve()))

test('a reader ends when it has the orders that were expected, and counts one that comes twice once', async () => {
  const { 'read-orders': read } = readOrdersBy(async (take, signal) => {
    for (const orderId of ['a', 'a', 'b']) take(orderId, 'reserved')
    assert.equal(signal.aborted, false)
    take('c', 'failed')
    assert.equal(signal.aborted, true)
  })
  const { orders, digest } = await read({ expected: 3 })
  assert.equal(orders, 3)
  const outcomes = [
    ['c', 'failed'],
    ['b', 'reserved'],
    ['a', 'reserved'],
  ] as const
  assert.equal(digest, digestOf(outcomes), 'in whichever sequence')
  assert.notEqual(digest, digestOf(outcomes.slice(1)))
})

test('a reader to which nothing comes gives up, and knows of no time', async t => {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  let readings = 0
  const { 'read-orders': read } = readOrdersBy((_, signal) => {
    readings++
    const ended = untilEnded(signal)
    t.mock.timers.tick(10_000)
    return ended
  })
  const { orders, tookMs } = await read({ expected: 3 })
  assert.deepEqual([orders, tookMs, readings], [0, null, 2])
})
