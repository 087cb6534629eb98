// The settings and the faults of order_service. The tables in the README are rendered from them.
import { delay, error } from '#common/faults/faults.ts'
import type { ServiceFaults } from '#common/faults/fault-injector.ts'
import { cutLink } from '#common/faults/cut-link.ts'
import { slowDisk } from '#common/faults/slow-disk.ts'
import { maxUndecidedSetting } from '#common/service/admission.ts'
import { integer, oneOf } from '#common/service/config.ts'
import { relayWindowSetting } from '#common/service/outbox-relay.ts'
import { commonSettings, concurrencySetting } from '#common/service/service.ts'
import { webhookSettings } from '#common/service/webhooks.ts'
import { brokerSettings } from '../messaging/settings.ts'

export const NAME = 'async-rabbitmq/order_service'

export const settings = {
  ...commonSettings(NAME, 8010),
  ...brokerSettings,
  CONCURRENCY: concurrencySetting,
  OUTBOX: oneOf(
    ['on', 'off'],
    'on',
    'on: an order is stored with its event, which a relay publishes; off: the request publishes it, once',
  ),
  EVENT_STREAM: oneOf(
    ['off', 'on'],
    'off',
    'on: a stream keeps every result of inventory, for readers that begin at the first one; it grows, and takes results until the queue inventory-events.stream is deleted',
  ),
  MAX_UNDECIDED: maxUndecidedSetting,
  RELAY_WINDOW: relayWindowSetting,
  PUBLISH_DEADLINE_MS: integer(1_000, 'without the outbox: how long an answer waits for the broker', { min: 1 }),
  ...webhookSettings,
}

/** The points at which it can be made to crash depend on whether it has the outbox. */
export const faultsOf = (outbox: 'on' | 'off'): ServiceFaults => ({
  role: 'ORDER',
  faults: [delay, error, slowDisk, cutLink],
  crashPoints: ['store-publish', outbox === 'on' ? 'publish-dequeue' : 'publish-answer'],
})
