// The settings and the faults of notification_consumer. The tables in the README are rendered from them.
import { delay, error, kill, throttle } from '#common/faults/faults.ts'
import type { ServiceFaults } from '#common/faults/fault-injector.ts'
import { cutLink } from '#common/faults/cut-link.ts'
import { slowDisk } from '#common/faults/slow-disk.ts'
import { commonSettings, concurrencySetting } from '#common/service/service.ts'
import { kafkaSettings } from '../messaging/settings.ts'

export const NAME = 'streaming-kafka/notification_consumer'

export const settings = { ...commonSettings(NAME, 8022), ...kafkaSettings, CONCURRENCY: concurrencySetting }

export const faults: ServiceFaults = {
  role: 'NOTIFICATION',
  faults: [throttle, delay, error, kill, slowDisk, cutLink],
  crashPoints: ['produce-store', 'store-commit'],
}
