// The environment of analytics_consumer. The table in the README is rendered from it.
import { text } from '#common/service/config.ts'
import { commonSettings, concurrencySetting } from '#common/service/service.ts'
import { kafkaSettings } from '../messaging/settings.ts'

export const NAME = 'streaming-kafka/analytics_consumer'

export const settings = {
  ...commonSettings(NAME, 8023),
  ...kafkaSettings,
  CONCURRENCY: concurrencySetting,
  METRICS_FILE: text('', 'the file that it writes; by default metrics.json in DATA_DIR'),
}
