import assert from 'node:assert/strict'
import { test } from 'node:test'
import { LabError } from '../contracts/errors.ts'
import { parse } from '../contracts/parse.ts'
import { initialStock, InitialStockTable, MENU_STOCK } from './initial-stock.ts'

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
