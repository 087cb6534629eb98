// The environment of notification_consumer. The table in the README is rendered from it.
import { commonSettings, concurrencySetting } from '#common/service/service.ts'
import { kafkaSettings } from '../messaging/settings.ts'

export const NAME = 'streaming-kafka/notification_consumer'

export const settings = { ...commonSettings(NAME, 8022), ...kafkaSettings, CONCURRENCY: concurrencySetting }
