// The settings and the faults of notification_service. The tables in the README are rendered from them.
import { delay } from '#common/faults/delay.ts'
import { error } from '#common/faults/error.ts'
import { kill } from '#common/faults/kill.ts'
import { throttle } from '#common/faults/throttle.ts'
import type { ServiceFaults } from '#common/faults/fault-injector.ts'
import { commonSettings, concurrencySetting } from '#common/service/service.ts'
import { brokerSettings } from '../messaging/settings.ts'

export const NAME = 'async-rabbitmq/notification_service'

export const settings = { ...commonSettings(NAME, 8012), ...brokerSettings, CONCURRENCY: concurrencySetting }

export const faults: ServiceFaults = {
  role: 'NOTIFICATION',
  faults: [delay, error, throttle, kill],
  crashPoints: ['commit-ack'],
}
