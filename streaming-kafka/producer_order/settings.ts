// The settings and the faults of producer_order. The tables in the README are rendered from them.
import type { ServiceFaults } from '#common/faults/fault-injector.ts'
import { cutLink } from '#common/faults/cut-link.ts'
import { slowDisk } from '#common/faults/slow-disk.ts'
import { maxUndecidedSetting } from '#common/service/admission.ts'
import { integer, oneOf } from '#common/service/config.ts'
import { relayWindowSetting } from '#common/service/outbox-relay.ts'
import { commonSettings } from '#common/service/service.ts'
import { webhookSettings } from '#common/service/webhooks.ts'
import { kafkaSettings } from '../messaging/settings.ts'

export const NAME = 'streaming-kafka/producer_order'

export const settings = {
  ...commonSettings(NAME, 8020),
  ...kafkaSettings,
  OUTBOX: oneOf(
    ['on', 'off'],
    'off',
    'on: an order is stored with its event, which a relay produces; off: the request produces it',
  ),
  MAX_UNDECIDED: maxUndecidedSetting,
  PRODUCE_DEADLINE_MS: integer(1_000, 'without the outbox: how long an answer waits for the broker', { min: 1 }),
  RELAY_WINDOW: relayWindowSetting,
  ...webhookSettings,
}

/** The points at which it can be made to crash depend on whether it has the outbox. */
export const faultsOf = (outbox: 'on' | 'off'): ServiceFaults => ({
  role: 'ORDER',
  faults: [slowDisk, cutLink],
  crashPoints: outbox === 'on' ? ['store-produce', 'produce-dequeue'] : ['produce-answer'],
})
