// The settings and the faults of inventory_service. The tables in the README are rendered from them.
import { delay, error, kill, throttle } from '#common/faults/faults.ts'
import type { ServiceFaults } from '#common/faults/fault-injector.ts'
import { cutLink } from '#common/faults/cut-link.ts'
import { slowDisk } from '#common/faults/slow-disk.ts'
import { commonSettings, concurrencySetting } from '#common/service/service.ts'
import { stockSetting } from '#common/service/initial-stock.ts'
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
  faults: [delay, error, throttle, kill, slowDisk, cutLink],
  crashPoints: ['commit-publish', 'publish-ack'],
}
