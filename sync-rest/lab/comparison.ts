// The synchronous model in the comparison: one configuration. Its messages are HTTP requests, the clients' own included.
import type { ComparisonAdapter } from '#engine/experiment/comparison-adapter.ts'
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

export const comparison: ComparisonAdapter = {
  configurations: [
    {
      name: 'as it stands',
      about: 'deadlines, the breaker, releases and repeats until acknowledged',
      environment: {},
      durability: "on the order service's disk, with its outcome on inventory's",
      mayAnswer: MAY_ANSWER,
    },
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
    'a request is gone once it is answered; a later reader can only page through the orders of the order service',
  // Here an order is undecided while it is at inventory.
  boundedTo: orders => ({ order_service: { CONCURRENCY: `${orders}` } }),
  reasonsOfFaults: MAY_FAIL,
}
