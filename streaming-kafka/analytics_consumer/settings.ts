// The settings and the faults of analytics_consumer. The tables in the README are rendered from them.
import { delay } from '#common/faults/delay.ts'
import { error } from '#common/faults/error.ts'
import { kill } from '#common/faults/kill.ts'
import { throttle } from '#common/faults/throttle.ts'
import type { ServiceFaults } from '#common/faults/fault-injector.ts'
import { text } from '#common/service/config.ts'
import { commonSettings, concurrencySetting } from '#common/service/service.ts'
import { kafkaSettings } from '../messaging/settings.ts'

export const NAME = 'streaming-kafka/analytics_consumer'

export const settings = {
  ...commonSettings(NAME, 8023),
  ...kafkaSettings,
  CONCURRENCY: { ...concurrencySetting, about: 'how many records it counts in one transaction' },
  METRICS_FILE: text('', 'the file that it writes; when empty, metrics.json in DATA_DIR'),
}

export const faults: ServiceFaults = {
  role: 'ANALYTICS',
  faults: [throttle, delay, error, kill],
  crashPoints: ['store-commit'],
}
