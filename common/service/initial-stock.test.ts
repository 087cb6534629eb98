import assert from 'node:assert/strict'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import { LabError } from '../contracts/errors.ts'
import { parse } from '../contracts/parse.ts'
import { stockTables } from '../stores/stock.ts'
import { createHealth } from './health.ts'
import { initialStock, InitialStockTable, MENU_STOCK, warnOfOtherStock } from './initial-stock.ts'
import { createLog } from './log.ts'

test('a named kitchen opens with its stock, and every other one with the menu', () => {
  const openingOf = initialStock({ scarce: { burger: 3 } })
  assert.deepEqual(openingOf('scarce'), { burger: 3 })
  const menu = { burger: MENU_STOCK, pizza: MENU_STOCK, salad: MENU_STOCK }
  for (const kitchen of ['main', 'constructor', '__proto__', 'toString']) assert.deepEqual(openingOf(kitchen), menu)
})

test('stock that is no whole number of units is refused', () => {
  for (const units of [-1, 0.5, '3', null])
    assert.throws(() => parse(InitialStockTable, { main: { burger: units } }), LabError)
})

test('a stock that was changed after its kitchens opened is ignored for them, and the health says so', () => {
  const opened = stockTables(initialStock({ scarce: { burger: 3 }, empty: {} }))(new DatabaseSync(':memory:'))
  for (const kitchen of ['scarce', 'empty', 'main']) opened.openKitchen(kitchen)
  opened.move({ kind: 'reserve', orderId: 'o', kitchenId: 'scarce', sku: 'burger', delta: -1 })
  const healthWith = (table: InitialStockTable) => {
    const health = createHealth()
    warnOfOtherStock({ health, log: createLog('test', 'silent') }, table, opened)
    return health.view()
  }
  assert.deepEqual(healthWith({ scarce: { burger: 3 }, empty: {}, new: { burger: 1 } }), {
    healthy: true,
    problems: {},
  })
  const ignored = (names: string) => ({
    healthy: true,
    problems: { 'initial stock': `INITIAL_STOCK has changed and is ignored for kitchens that are open: ${names}` },
  })
  assert.deepEqual(healthWith({ scarce: { burger: 4 }, empty: {} }), ignored('scarce'))
  assert.deepEqual(healthWith({}), ignored('empty, scarce'))
})
