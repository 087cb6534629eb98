import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { type InventoryEvent, orderPlaced } from '#common/contracts/events.ts'
import { decideOrder } from '#common/service/decide-order.ts'
import { stockTables, type StockTables } from '#common/stores/stock.ts'
import { openStore } from '#common/stores/store.ts'
import { testContext } from '#common/testing/context.ts'
import { decidePublishAck } from './decide-order.ts'
import { recordRepeat, repeatsTables } from './repeats.ts'

const order = { orderId: 'o', userId: 'u', kitchenId: 'k', items: [{ sku: 'burger', quantity: 2 }] }
const placed = orderPlaced(order, { correlationId: 'c', occurredAt: '2026-01-01T00:00:00.000Z' })

function openInventory(t: TestContext, change: (tables: StockTables) => Partial<StockTables> = () => ({})) {
  const folder = mkdtempSync(join(tmpdir(), 'lab-decide-'))
  const store = openStore(folder, 'inventory', db => {
    const tables = stockTables(() => ({ burger: 10 }))(db)
    return { ...tables, ...repeatsTables(db), ...change(tables) }
  })
  t.after(() => {
    store.close()
    rmSync(folder, { recursive: true })
  })
  const decide = decideOrder<StockTables & ReturnType<typeof repeatsTables>>(store)
  const steps: string[] = []
  const published: InventoryEvent[] = []
  const broker = { isAway: false }
  const handle = decidePublishAck({
    decide: (given, context) => decide(given, context, recordRepeat),
    async publish(event) {
      if (broker.isAway) throw new Error('the broker is away')
      steps.push('publish')
      published.push(event)
    },
    afterCommit: () => steps.push('commit-publish'),
    afterPublish: () => steps.push('publish-ack'),
  })
  const deliver = () => handle(placed, testContext(), () => steps.push('ack'))
  return { store, broker, deliver, published, steps }
}

test('an order is decided, then its outcome is published, then its message is acked', async t => {
  const { store, deliver, published, steps } = openInventory(t)
  await deliver()
  assert.deepEqual(steps, ['commit-publish', 'publish', 'publish-ack', 'ack'])
  assert.equal(published[0]?.id, 'InventoryReserved:o')
  assert.equal(store.peek.onHand('k', 'burger'), 8)
})

test('an order whose outcome could not be published stays unacked, and the next delivery publishes that outcome', async t => {
  const { store, broker, deliver, published, steps } = openInventory(t)
  broker.isAway = true
  await assert.rejects(deliver(), /the broker is away/)
  assert.deepEqual(steps, ['commit-publish'])
  broker.isAway = false
  await deliver()
  assert.equal(published.length, 1)
  assert.equal(steps.at(-1), 'ack')
  assert.equal(store.peek.onHand('k', 'burger'), 8)
})

for (const written of ['insertDecision', 'move'] as const)
  test(`stock and decision are stored together: when ${written} fails neither is, and the next delivery decides`, async t => {
    let fails = true
    const { store, deliver, steps } = openInventory(t, tables => ({
      [written](given: never) {
        if (fails) throw new Error('no room')
        tables[written](given)
      },
    }))
    await assert.rejects(deliver(), /no room/)
    assert.deepEqual([store.peek.findDecision('o'), store.peek.onHand('k', 'burger')], [undefined, undefined])
    assert.deepEqual(store.peek.pageMovements(0, 10).rows, [])
    assert.deepEqual(steps, [])
    fails = false
    await deliver()
    assert.equal(store.peek.onHand('k', 'burger'), 8)
  })

test('a repeated order publishes the same event, byte for byte, and leaves a repeat as evidence', async t => {
  t.mock.timers.enable({ apis: ['Date'] })
  const { store, deliver, published } = openInventory(t)
  await deliver()
  t.mock.timers.tick(1_000)
  await deliver()
  assert.equal(JSON.stringify(published[1]), JSON.stringify(published[0]))
  assert.deepEqual(
    store.peek.pageRepeats(0, 10).rows.map(row => row.orderId),
    ['o'],
  )
  assert.equal(store.peek.onHand('k', 'burger'), 8)
})
