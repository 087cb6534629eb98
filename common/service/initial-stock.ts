// The opening stock of a kitchen. `INITIAL_STOCK` names some kitchens; every other one opens with the menu.
import { Type, type Static } from 'typebox'
import { LabError } from '../contracts/errors.ts'
import { MENU } from '../contracts/order.ts'
import { parse } from '../contracts/parse.ts'
import type { InitialStock } from '../stores/stock.ts'
import type { Setting } from './config.ts'

export const MENU_STOCK = 1_000_000

/** `{"kitchenId": {"sku": units}}` */
export const InitialStockTable = Type.Record(
  Type.String({ minLength: 1 }),
  Type.Record(Type.String({ minLength: 1 }), Type.Integer({ minimum: 0, maximum: 1_000_000_000 })),
)
export type InitialStockTable = Static<typeof InitialStockTable>

const menu = Object.fromEntries(MENU.map(sku => [sku, MENU_STOCK]))

export const initialStock =
  (table: InitialStockTable): InitialStock =>
  kitchenId =>
    (Object.hasOwn(table, kitchenId) ? table[kitchenId] : undefined) ?? menu

/** `INITIAL_STOCK`, which every inventory has. */
export const stockSetting: Setting<InitialStockTable> = {
  about: `opening stock as JSON, {"kitchen": {"sku": units}}; any other kitchen opens with ${MENU_STOCK.toLocaleString('en')} of each menu item`,
  fallback: '{}',
  read(text) {
    try {
      return parse(InitialStockTable, JSON.parse(text), 'stock')
    } catch (error) {
      const detail = error instanceof LabError ? ` (${error.detail})` : ''
      throw new Error(`JSON like {"main": {"burger": 100}}${detail}`)
    }
  },
}
