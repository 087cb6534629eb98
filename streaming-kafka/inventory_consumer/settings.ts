// The environment of inventory_consumer. The table in the README is rendered from it.
import { commonSettings, concurrencySetting } from '#common/service/service.ts'
import { stockSetting } from '#common/service/stock-setting.ts'
import { kafkaSettings } from '../messaging/settings.ts'

export const NAME = 'streaming-kafka/inventory_consumer'

export const settings = {
  ...commonSettings(NAME, 8021),
  ...kafkaSettings,
  CONCURRENCY: concurrencySetting,
  INITIAL_STOCK: stockSetting,
}
