// `INITIAL_STOCK`, the opening stock of named kitchens.
import { LabError } from '../contracts/errors.ts'
import { parse } from '../contracts/parse.ts'
import { InitialStockTable, MENU_STOCK } from '../stores/initial-stock.ts'
import type { Setting } from './config.ts'

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
