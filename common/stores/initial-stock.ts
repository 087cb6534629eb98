// The opening stock of a kitchen. `INITIAL_STOCK` names some kitchens; every other one opens with the menu.
import { Type, type Static } from 'typebox'
import { MENU } from '../contracts/order.ts'

export const MENU_STOCK = 1_000_000

/** `{"kitchenId": {"sku": units}}` */
export const InitialStockTable = Type.Record(
  Type.String({ minLength: 1 }),
  Type.Record(Type.String({ minLength: 1 }), Type.Integer({ minimum: 0, maximum: 1_000_000_000 })),
)
export type InitialStockTable = Static<typeof InitialStockTable>

export type InitialStock = (kitchenId: string) => Record<string, number>

const menu = Object.fromEntries(MENU.map(sku => [sku, MENU_STOCK]))

export const initialStock =
  (table: InitialStockTable): InitialStock =>
  kitchenId =>
    (Object.hasOwn(table, kitchenId) ? table[kitchenId] : undefined) ?? menu
