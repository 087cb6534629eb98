import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { createLog } from '#common/service/log.ts'
import { stockTables, type StockTables } from '#common/stores/stock.ts'
import { openStore } from '#common/stores/store.ts'
import { decide } from './consumer.ts'
import { repeatsTables } from './repeats.ts'

const order = { orderId: 'o', userId: 'u', kitchenId: 'k', items: [{ sku: 'burger', quantity: 2 }] }
const contextOf = (correlationId: string) => ({
  correlationId,
  signal: new AbortController().signal,
  log: createLog('test', 'silent'),
})

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
  return store
}

for (const written of ['insertDecision', 'move'] as const)
  test(`stock and inbox are kept together: when ${written} fails nothing is, and the next try decides`, async t => {
    let fails = true
    const store = openInventory(t, tables => ({
      [written](given: never) {
        if (fails) throw new Error('no room')
        tables[written](given)
      },
    }))
    const deciding = decide(store, () => {})
    await assert.rejects(deciding(order, contextOf('c')), /no room/)
    assert.deepEqual([store.read.findDecision('o'), store.read.onHand('k', 'burger')], [undefined, undefined])
    assert.deepEqual(store.read.pageMovements(0, 10).rows, [])
    fails = false
    await deciding(order, contextOf('c'))
    assert.equal(store.read.onHand('k', 'burger'), 8)
  })

test('an order that comes again is told of by the same event, byte for byte, and leaves a repeat as evidence', async t => {
  t.mock.timers.enable({ apis: ['Date'] })
  const store = openInventory(t)
  const deciding = decide(store, () => {})
  const first = await deciding(order, contextOf('the first'))
  t.mock.timers.tick(1_000)
  const again = await deciding(order, contextOf('another'))
  assert.equal(JSON.stringify(again), JSON.stringify(first))
  assert.equal(first.id, 'InventoryReserved:o')
  assert.deepEqual(
    store.read.pageRepeats(0, 10).rows.map(row => row.orderId),
    ['o'],
  )
  assert.equal(store.read.onHand('k', 'burger'), 8)
})
