// The settings and the faults of analytics_consumer. The tables in the README are rendered from them.
import { delay, error, kill, throttle } from '#common/faults/faults.ts'
import type { ServiceFaults } from '#common/faults/fault-injector.ts'
import { cutLink } from '#common/faults/cut-link.ts'
import { slowDisk } from '#common/faults/slow-disk.ts'
import { text } from '#common/service/config.ts'
import { commonSettings, concurrencySetting } from '#common/service/service.ts'
import { kafkaSettings } from '../messaging/settings.ts'

export const NAME = 'streaming-kafka/analytics_consumer'

export const settings = {
  ...commonSettings(NAME, 8023),
  ...kafkaSettings,
  CONCURRENCY: {
    ...concurrencySetting,
    about: 'while a fault is set, how many records it works on and counts at once',
  },
  METRICS_FILE: text('', 'the file that it writes; when empty, metrics.json in DATA_DIR'),
}

export const faults: ServiceFaults = {
  role: 'ANALYTICS',
  faults: [throttle, delay, error, kill, slowDisk, cutLink],
  crashPoints: ['store-commit'],
}
