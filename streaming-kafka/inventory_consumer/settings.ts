// The settings and the faults of inventory_consumer. The tables in the README are rendered from them.
import { delay, error, kill, throttle } from '#common/faults/faults.ts'
import type { ServiceFaults } from '#common/faults/fault-injector.ts'
import { cutLink } from '#common/faults/cut-link.ts'
import { slowDisk } from '#common/faults/slow-disk.ts'
import { commonSettings, concurrencySetting } from '#common/service/service.ts'
import { stockSetting } from '#common/service/initial-stock.ts'
import { kafkaSettings } from '../messaging/settings.ts'

export const NAME = 'streaming-kafka/inventory_consumer'

export const settings = {
  ...commonSettings(NAME, 8021),
  ...kafkaSettings,
  CONCURRENCY: concurrencySetting,
  INITIAL_STOCK: { ...stockSetting, about: `${stockSetting.about}; written to the log once, which holds from then on` },
}

export const faults: ServiceFaults = {
  role: 'INVENTORY',
  faults: [throttle, delay, error, kill, slowDisk, cutLink],
  crashPoints: ['commit-produce', 'produce-commit'],
}
