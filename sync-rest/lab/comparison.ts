// The synchronous model in the comparison: one way to put it together, and requests are all the messages there are, the
// clients' own among them.
import type { ComparisonAdapter } from '#engine/experiment/comparison-adapter.ts'
import { poisonOf } from '#engine/load/poison.ts'
import { operation } from '#engine/experiment/steps.ts'

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
  copies: { begin: operation('begin-copies', {}), end: operation('end-copies', {}), clientsRepeat: true },
  poison: {
    // Past the door of the order service, straight to the service that would have to handle it.
    send: nth =>
      operation('publish-raw', { service: 'inventory_service', path: '/reserve', body: poisonOf(nth, 'order').body }),
    becomes: 'refused',
  },
  readAgain: 'a request is gone when it was answered; who comes later can only ask the order service for its book',
  mayFail: ['inventory-broke', 'deadline-passed', 'inventory-unavailable'],
}
