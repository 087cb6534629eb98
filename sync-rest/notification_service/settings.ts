// The settings and the faults of notification_service. The tables in the README are rendered from them.
import { delay, error, garbage } from '#common/faults/faults.ts'
import type { ServiceFaults } from '#common/faults/fault-injector.ts'
import { slowDisk } from '#common/faults/slow-disk.ts'
import { commonSettings } from '#common/service/service.ts'

export const NAME = 'sync-rest/notification_service'

export const settings = commonSettings(NAME, 8002)

export const faults: ServiceFaults = {
  role: 'NOTIFICATION',
  faults: [delay, error, garbage, slowDisk],
  crashPoints: ['commit-answer'],
}
