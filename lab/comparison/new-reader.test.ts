// A reader that joins later, on the real models: what it reads is what their services hold.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { anOrder, place } from '#conformance/client.ts'
import { decided } from '#conformance/order-facts.ts'
import { startSystem, STOCK } from '#conformance/test-system.ts'
import { digestOf, newReader, type OrdersRead } from '#engine/experiment/new-reader.ts'
import { models } from '../session/registry.ts'

const COUNT = 30

for (const model of models)
  test(`${model.name}: a reader that joins later reads every order from the first one, as the services hold it`, async t => {
    const environments = { ...model.comparison.keepsResults }
    const system = await startSystem(t, model, { environments, openingStock: STOCK })
    const items = [{ sku: 'unicorn', quantity: 1 }]
    for (let index = 0; index < COUNT; index++)
      await place(system, anOrder(index % 3 === 0 ? { items } : {}), `key-${index}`)
    await decided(system)
    const { orders } = await system.evidence()
    assert.equal(orders.length, COUNT)
    assert.deepEqual(new Set(orders.map(({ status }) => status)), new Set(['reserved', 'failed']))
    const read = (await system.inspector.operations['read-orders']?.({ expected: COUNT })) as OrdersRead
    assert.deepEqual(
      { orders: read.orders, digest: read.digest },
      { orders: COUNT, digest: digestOf(orders.map(({ orderId, status }) => [orderId, status])) },
    )
    assert.ok((read.tookMs ?? 0) > 0)
  })

const untilEnded = (signal: AbortSignal) =>
  new Promise<void>(resolve => signal.addEventListener('abort', () => resolve()))

test('a reader ends when it has the orders that were expected, and counts one that comes twice once', async () => {
  const { 'read-orders': read } = newReader(async (take, signal) => {
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

test('a reader to which nothing comes ends, and says that it took no time', async t => {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const { 'read-orders': read } = newReader((_, signal) => untilEnded(signal))
  const reading = read({ expected: 3 })
  t.mock.timers.tick(2_000)
  const { orders, tookMs } = await reading
  assert.deepEqual([orders, tookMs], [0, null])
})
