// The settings and the faults of notification_service. The tables in the README are rendered from them.
import { delay } from '#common/faults/delay.ts'
import { error } from '#common/faults/error.ts'
import { garbage } from '#common/faults/garbage.ts'
import type { ServiceFaults } from '#common/faults/fault-injector.ts'
import { commonSettings } from '#common/service/service.ts'

export const NAME = 'sync-rest/notification_service'

export const settings = commonSettings(NAME, 8002)

export const faults: ServiceFaults = {
  role: 'NOTIFICATION',
  faults: [delay, error, garbage],
  crashPoints: ['commit-answer'],
}
