// The synchronous model in the comparison: as it is, and with the outbox, to show what that safeguard does without a broker. Its messages are HTTP requests, the clients' own included.
import type { ComparisonAdapter, Configuration } from '#engine/experiment/comparison-adapter.ts'
import type { Excuse } from '#engine/checks/service.ts'
import { poisonOf } from '#engine/load/poison.ts'
import { operation } from '#engine/experiment/steps.ts'
import { DEFAULT_RESERVE_DEADLINE_MS } from '../order_service/settings.ts'
import type { RestOperations } from './operations.ts'

/** For which reasons a broken inventory fails orders. */
export const MAY_FAIL = ['inventory-broke', 'deadline-passed', 'inventory-unavailable']

/** Each order waits for inventory, and for no other service: a notification is sent later. */
export const MAY_ANSWER: readonly Excuse[] = [
  {
    actions: ['kill', 'pause', 'isolate', 'fault'],
    target: 'inventory_service',
    answers: [...MAY_FAIL, 'overloaded'],
  },
]

/** An order is accepted before inventory is asked, and waits for it as in the models with a broker. */
export const withOutbox: Configuration = {
  name: 'with an outbox',
  about: 'the order is stored and answered, and a relay asks inventory until it has decided',
  environment: { order_service: { OUTBOX: 'on' } },
  durability: "on the order service's disk",
  mayAnswer: [],
  illustrates: 'outbox',
  differs: {
    features: ['answers-before-outcome', 'survives-inventory-down'],
    deadlineMs: Infinity,
    boundedTo: orders => ({ order_service: { MAX_UNDECIDED: `${orders}` } }),
    reasonsOfFaults: [],
  },
}

export const comparison: ComparisonAdapter = {
  configurations: [
    {
      name: 'as it stands',
      about: 'deadlines, the breaker, releases and repeats until acknowledged',
      environment: {},
      durability: "on the order service's disk, with its outcome on inventory's",
      mayAnswer: MAY_ANSWER,
    },
    withOutbox,
  ],
  deadlineMs: DEFAULT_RESERVE_DEADLINE_MS,
  peer: 'inventory_service',
  duplicator: {
    start: operation<RestOperations>('start-duplicator', {}),
    stop: operation<RestOperations>('stop-duplicator', {}),
    clientsRepeat: true,
  },
  poison: {
    // Sent to the inventory service directly: the order service would refuse it.
    send: nth =>
      operation<RestOperations>('publish-raw', {
        service: 'inventory_service',
        path: '/reserve',
        body: poisonOf(nth, 'order').body,
      }),
    becomes: 'refused',
  },
  readAgain:
    'a request is gone once it is answered; a later reader can only page through the orders of the order service, which new-reader measures',
  keepsResults: {},
  // Here an order is undecided while it is at inventory.
  boundedTo: orders => ({ order_service: { CONCURRENCY: `${orders}` } }),
  reasonsOfFaults: MAY_FAIL,
}
