// The settings and the faults of notification_consumer. The tables in the README are rendered from them.
import { delay } from '#common/faults/delay.ts'
import { error } from '#common/faults/error.ts'
import { kill } from '#common/faults/kill.ts'
import { throttle } from '#common/faults/throttle.ts'
import type { ServiceFaults } from '#common/faults/fault-injector.ts'
import { commonSettings, concurrencySetting } from '#common/service/service.ts'
import { kafkaSettings } from '../messaging/settings.ts'

export const NAME = 'streaming-kafka/notification_consumer'

export const settings = { ...commonSettings(NAME, 8022), ...kafkaSettings, CONCURRENCY: concurrencySetting }

export const faults: ServiceFaults = {
  role: 'NOTIFICATION',
  faults: [throttle, delay, error, kill],
  crashPoints: ['produce-store', 'store-commit'],
}
