// The environment of inventory_service. The table in the README is rendered from it.
import { commonSettings } from '#common/service/service.ts'
import { stockSetting } from '#common/service/stock-setting.ts'

export const NAME = 'sync-rest/inventory_service'

export const settings = { ...commonSettings(NAME, 8001), INITIAL_STOCK: stockSetting }
