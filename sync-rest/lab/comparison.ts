// The synchronous model in the comparison: one configuration. Its messages are HTTP requests, the clients' own included.
import type { ComparisonAdapter } from '#engine/experiment/comparison-adapter.ts'
import { poisonOf } from '#engine/load/poison.ts'
import { operation } from '#engine/experiment/steps.ts'
import type { RestOperations } from './operations.ts'

const MAY_FAIL = ['inventory-broke', 'deadline-passed', 'inventory-unavailable']

export const comparison: ComparisonAdapter = {
  configurations: [
    {
      name: 'as it stands',
      about: 'deadlines, the breaker, releases and repeats until acknowledged',
      environment: {},
      durability: "on the order service's disk, with its outcome on inventory's",
    },
  ],
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
  mayFail: { reasons: MAY_FAIL, answers: { duringFault: [...MAY_FAIL, 'overloaded'] } },
}
