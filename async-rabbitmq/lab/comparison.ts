// The asynchronous model in the comparison: with its outbox, and without it to tell the safeguard from the broker.
import type { ComparisonAdapter } from '#engine/experiment/comparison-adapter.ts'
import { asRaw, poisonOf } from '#engine/load/poison.ts'
import { operation } from '#engine/experiment/steps.ts'

export const comparison: ComparisonAdapter = {
  configurations: [
    {
      name: 'with its outbox',
      about: 'the order and its event are stored in one transaction, and a relay publishes the event',
      environment: {},
      durability: "on the order service's disk, then on the broker's disk (quorum queue)",
    },
    {
      name: 'without an outbox',
      about: 'the event is published within the request, and the answer waits for the confirm',
      environment: { order_service: { OUTBOX: 'off' } },
      durability: "on the order service's disk and on the broker's disk (quorum queue)",
      illustrates: 'outbox',
      disabledSafeguard: 'outbox',
    },
  ],
  peer: 'rabbitmq',
  copies: { begin: operation('begin-copies', {}), end: operation('end-copies', {}), clientsRepeat: false },
  poison: {
    send(nth) {
      const poison = poisonOf(nth)
      const message = { body: poison.body, type: 'OrderPlaced', messageId: poison.id }
      return operation('publish-raw', message, () => [asRaw(poison)])
    },
    becomes: 'dead-letter',
  },
  readAgain: 'a queue forgets what was acked; who comes later sees what comes later',
  mayFail: [],
}
