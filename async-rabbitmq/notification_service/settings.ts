// The environment of notification_service. The table in the README is rendered from it.
import { commonSettings, concurrencySetting } from '#common/service/service.ts'
import { brokerSettings } from '../messaging/settings.ts'

export const NAME = 'async-rabbitmq/notification_service'

export const settings = { ...commonSettings(NAME, 8012), ...brokerSettings, CONCURRENCY: concurrencySetting }
