// The environment of inventory_service; the table in the README says the same.
import { commonSettings } from '#common/service/service.ts'
import { stockSetting } from '#common/service/stock-setting.ts'

export const NAME = 'sync-rest/inventory_service'

export const settings = { ...commonSettings(NAME, 8001), INITIAL_STOCK: stockSetting }
