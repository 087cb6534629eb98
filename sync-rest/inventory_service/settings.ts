// The settings and the faults of inventory_service. The tables in the README are rendered from them.
import { delay } from '#common/faults/delay.ts'
import { error } from '#common/faults/error.ts'
import { garbage } from '#common/faults/garbage.ts'
import { throttle } from '#common/faults/throttle.ts'
import type { ServiceFaults } from '#common/faults/fault-injector.ts'
import { commonSettings } from '#common/service/service.ts'
import { stockSetting } from '#common/service/stock-setting.ts'

export const NAME = 'sync-rest/inventory_service'

export const settings = { ...commonSettings(NAME, 8001), INITIAL_STOCK: stockSetting }

export const faults: ServiceFaults = {
  role: 'INVENTORY',
  faults: [delay, error, throttle, garbage],
  crashPoints: ['commit-answer'],
}
