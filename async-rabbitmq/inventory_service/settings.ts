// The environment of inventory_service. The table in the README is rendered from it.
import { commonSettings, concurrencySetting } from '#common/service/service.ts'
import { stockSetting } from '#common/service/stock-setting.ts'
import { brokerSettings } from '../messaging/settings.ts'

export const NAME = 'async-rabbitmq/inventory_service'

export const settings = {
  ...commonSettings(NAME, 8011),
  ...brokerSettings,
  CONCURRENCY: concurrencySetting,
  INITIAL_STOCK: stockSetting,
}
