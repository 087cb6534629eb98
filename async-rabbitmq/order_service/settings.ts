// The environment of order_service. The table in the README is rendered from it.
import { integer, oneOf } from '#common/service/config.ts'
import { relayWindowSetting } from '#common/service/outbox-relay.ts'
import { commonSettings, concurrencySetting } from '#common/service/service.ts'
import { brokerSettings } from '../messaging/settings.ts'

export const NAME = 'async-rabbitmq/order_service'

export const settings = {
  ...commonSettings(NAME, 8010),
  ...brokerSettings,
  CONCURRENCY: concurrencySetting,
  OUTBOX: oneOf(['on', 'off'], 'on', 'off: an event is published within its request, once'),
  RELAY_WINDOW: relayWindowSetting,
  PUBLISH_DEADLINE_MS: integer(1_000, 'without the outbox: how long an answer waits for the broker', { min: 1 }),
}
