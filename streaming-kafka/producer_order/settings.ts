// The environment of producer_order. The table in the README is rendered from it.
import { integer, oneOf } from '#common/service/config.ts'
import { relayWindowSetting } from '#common/service/outbox-relay.ts'
import { commonSettings } from '#common/service/service.ts'
import { kafkaSettings } from '../messaging/settings.ts'

export const NAME = 'streaming-kafka/producer_order'

export const settings = {
  ...commonSettings(NAME, 8020),
  ...kafkaSettings,
  OUTBOX: oneOf(['on', 'off'], 'off', 'on: an order is stored with its event, which a relay writes into the log'),
  PRODUCE_DEADLINE_MS: integer(1_000, 'without the outbox: how long an answer waits for the log', { min: 1 }),
  RELAY_WINDOW: relayWindowSetting,
}
