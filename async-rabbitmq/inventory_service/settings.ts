// The settings and the faults of inventory_service. The tables in the README are rendered from them.
import { delay } from '#common/faults/delay.ts'
import { error } from '#common/faults/error.ts'
import { kill } from '#common/faults/kill.ts'
import { throttle } from '#common/faults/throttle.ts'
import type { ServiceFaults } from '#common/faults/fault-injector.ts'
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

export const faults: ServiceFaults = {
  role: 'INVENTORY',
  faults: [delay, error, throttle, kill],
  crashPoints: ['commit-publish', 'publish-ack'],
}
