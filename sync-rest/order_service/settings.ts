// The settings and the faults of order_service. The tables in the README are rendered from them.
import type { ServiceFaults } from '#common/faults/fault-injector.ts'
import { cutLink } from '#common/faults/cut-link.ts'
import { slowDisk } from '#common/faults/slow-disk.ts'
import { httpUrl, integer, oneOf } from '#common/service/config.ts'
import { maxUndecidedSetting } from '#common/service/admission.ts'
import { commonSettings, concurrencySetting } from '#common/service/service.ts'
import { webhookSettings } from '#common/service/webhooks.ts'
import { duplicator } from './duplicator.ts'

export const NAME = 'sync-rest/order_service'

export const DEFAULT_RESERVE_DEADLINE_MS = 1_000

export const settings = {
  ...commonSettings(NAME, 8000),
  CONCURRENCY: {
    ...concurrencySetting,
    about:
      'how many orders may be at inventory_service at once; others wait for a slot, with the outbox for as long as it takes, and else if they can still be in time',
  },
  INVENTORY_URL: httpUrl('http://127.0.0.1:8001', 'the address of inventory_service'),
  NOTIFICATION_URL: httpUrl('http://127.0.0.1:8002', 'the address of notification_service'),
  RESERVE_DEADLINE_MS: integer(
    DEFAULT_RESERVE_DEADLINE_MS,
    'how long an order waits for inventory_service, without the outbox its wait for a free slot included; with it the order is sent again then',
    { min: 1 },
  ),
  SEND_DEADLINE_MS: integer(1_000, 'how long an answer waits for notification_service', { min: 1 }),
  OUTBOX: oneOf(
    ['on', 'off'],
    'off',
    'on: an order is stored and answered 202, and a relay asks inventory_service until it has decided; off: the request asks it, once, and the answer carries the outcome',
  ),
  MAX_UNDECIDED: { ...maxUndecidedSetting, about: `with the outbox: ${maxUndecidedSetting.about}` },
  ...webhookSettings,
  BREAKER: oneOf(
    ['on', 'off'],
    'on',
    'without the outbox: the circuit breakers in front of inventory_service and notification_service, on or off',
  ),
  BREAKER_FAILURES: integer(5, 'how many failures in a row open a breaker', { min: 1 }),
  BREAKER_OPEN_MS: integer(1_000, 'how long a breaker stays open before it lets one call through', { min: 1 }),
}

/** The points at which it can be made to crash depend on whether it has the outbox. */
export const faultsOf = (outbox: 'on' | 'off'): ServiceFaults => ({
  role: 'ORDER',
  faults: [duplicator, slowDisk, cutLink],
  crashPoints: ['store-reserve', 'reserve-store', ...(outbox === 'on' ? [] : ['store-send', 'send-store'])],
})
