// The opening stock of a kitchen. `INITIAL_STOCK` names some kitchens; every other one opens with the menu.
import { isDeepStrictEqual } from 'node:util'
import { Type, type Static } from '../contracts/type.ts'
import { LabError } from '../contracts/errors.ts'
import { MENU } from '../contracts/order.ts'
import { parse } from '../contracts/parse.ts'
import type { InitialStock, StockTables } from '../stores/stock.ts'
import type { Setting } from './config.ts'
import type { Health } from './health.ts'
import type { Logger } from './log.ts'

export const MENU_STOCK = 1_000_000
/** `toLocaleString` would load the tables of all languages at each start. */
const MENU_STOCK_TEXT = String(MENU_STOCK).replace(/\B(?=(\d{3})+$)/g, ',')

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

const MAX_NAMED = 5

/**
 * Says which kitchens have opened with another stock than `INITIAL_STOCK` gives them now. It changes nothing: what was reserved of the
 * opening stock cannot be taken back.
 */
export function warnOfOtherStock(
  { health, log }: { health: Pick<Health, 'warn'>; log: Logger },
  table: InitialStockTable,
  { openings }: Pick<StockTables, 'openings'>,
): void {
  const openingOf = initialStock(table)
  const others = [...openings()].filter(([kitchen, units]) => !isDeepStrictEqual(units, openingOf(kitchen)))
  if (others.length === 0) return
  const names = others
    .map(([kitchen]) => kitchen)
    .sort()
    .slice(0, MAX_NAMED)
  const more = others.length > MAX_NAMED ? ` and ${others.length - MAX_NAMED} more` : ''
  const problem = `INITIAL_STOCK has changed and is ignored for kitchens that are open: ${names.join(', ')}${more}`
  log.warn({ kitchens: names }, problem)
  health.warn('initial stock', problem)
}

/** `INITIAL_STOCK`, which every inventory has. */
export const stockSetting: Setting<InitialStockTable> = {
  about: `opening stock as JSON, {"kitchen": {"sku": units}}; any other kitchen opens with ${MENU_STOCK_TEXT} of each menu item`,
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
