// The asynchronous model in the comparison: with its outbox, and without it, to show what the safeguard adds to the broker.
import type { ComparisonAdapter } from '#engine/experiment/comparison-adapter.ts'
import { asRaw, poisonOf } from '#engine/load/poison.ts'
import { operation } from '#engine/experiment/steps.ts'
import type { RabbitmqOperations } from './operations.ts'

export const comparison: ComparisonAdapter = {
  configurations: [
    {
      name: 'with its outbox',
      about: 'the order and its event are stored in one transaction, and a relay publishes the event',
      environment: {},
      durability: "on the order service's disk, then on the broker's disk (quorum queue)",
      // It takes an order without asking any other process.
      mayAnswer: [],
    },
    {
      name: 'without an outbox',
      about: 'the event is published within the request, and the answer waits for the confirm',
      environment: { order_service: { OUTBOX: 'off' } },
      durability: "on the order service's disk and on the broker's disk (quorum queue)",
      mayAnswer: [{ actions: ['kill', 'alarm'], target: 'rabbitmq', answers: ['unavailable', 'deadline-passed'] }],
      illustrates: 'outbox',
      disabledSafeguard: 'outbox',
    },
    {
      name: 'with its outbox, as shipped',
      about: "the broker with RabbitMQ's own settings, and connections with the times of the client library",
      environment: Object.fromEntries(
        ['order_service', 'inventory_service', 'notification_service'].map(service => [
          service,
          { CLIENT_SETTINGS: 'shipped' },
        ]),
      ),
      durability: "on the order service's disk, then on the broker's disk (quorum queue)",
      mayAnswer: [],
      asShipped: true,
      illustrates: 'settings',
    },
  ],
  deadlineMs: Infinity,
  peer: 'rabbitmq',
  duplicator: {
    start: operation<RabbitmqOperations>('start-duplicator', {}),
    stop: operation<RabbitmqOperations>('stop-duplicator', {}),
    clientsRepeat: false,
  },
  poison: {
    send(nth) {
      const poison = poisonOf(nth)
      const message = { body: poison.body, type: 'OrderPlaced', messageId: poison.id }
      return operation<RabbitmqOperations>('publish-raw', message, () => [asRaw(poison)])
    },
    becomes: 'dead-letter',
  },
  readAgain:
    'a queue removes a message once it is acked, so a later reader sees only later messages; a RabbitMQ stream keeps them, which new-reader measures',
  keepsResults: { order_service: { EVENT_STREAM: 'on' } },
  boundedTo: orders => ({ order_service: { MAX_UNDECIDED: `${orders}` } }),
  reasonsOfFaults: [],
}
