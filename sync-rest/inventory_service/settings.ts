// The settings and the faults of inventory_service. The tables in the README are rendered from them.
import { delay, error, garbage, throttle } from '#common/faults/faults.ts'
import type { ServiceFaults } from '#common/faults/fault-injector.ts'
import { slowDisk } from '#common/faults/slow-disk.ts'
import { commonSettings } from '#common/service/service.ts'
import { stockSetting } from '#common/service/initial-stock.ts'

export const NAME = 'sync-rest/inventory_service'

export const settings = { ...commonSettings(NAME, 8001), INITIAL_STOCK: stockSetting }

export const faults: ServiceFaults = {
  role: 'INVENTORY',
  faults: [delay, error, throttle, garbage, slowDisk],
  crashPoints: ['commit-answer'],
}
