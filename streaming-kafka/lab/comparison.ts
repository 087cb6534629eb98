// The streaming model in the comparison. Its topics are synced, so that it promises the same durability as the others.
// Kafka's default, beside it, shows what the syncs cost, and the outbox shows what an outbox would add.
import type { ComparisonAdapter } from '#engine/experiment/comparison-adapter.ts'
import type { Excuse } from '#engine/checks/service.ts'
import { asRaw, poisonOf } from '#engine/load/poison.ts'
import { isDrained, operation } from '#engine/experiment/steps.ts'
import type { KafkaOperations } from './operations.ts'

const SERVICES = ['producer_order', 'inventory_consumer', 'notification_consumer', 'analytics_consumer']

const ofEach = (settings: Record<string, string>) => Object.fromEntries(SERVICES.map(service => [service, settings]))

/** The service that starts first creates the topics, so each has the setting. */
const synced = ofEach({ TOPIC_FLUSH: 'on' })

/** Without an outbox an order is accepted when the log has it; no other service is asked. */
const WITHOUT_KAFKA: readonly Excuse[] = [
  { actions: ['kill'], target: 'kafka', answers: ['unavailable', 'deadline-passed'] },
]

export const comparison: ComparisonAdapter = {
  configurations: [
    {
      name: 'synced topics',
      about: 'each append is synced to the disk before it is acknowledged (flush.messages=1)',
      environment: synced,
      durability: "on the broker's disk (flush.messages=1)",
      mayAnswer: WITHOUT_KAFKA,
    },
    {
      name: "Kafka's default",
      about:
        'the broker acknowledges a record that is in its memory, and the operating system writes it to the disk later',
      environment: {},
      durability: "in the broker's memory (Kafka's default): it survives the broker's death, not the machine's",
      mayAnswer: WITHOUT_KAFKA,
      illustrates: 'durability',
    },
    {
      name: 'synced topics, with an outbox',
      about:
        'the order and its event are stored in one transaction before the answer, and a relay writes the event to the log',
      environment: { ...synced, producer_order: { TOPIC_FLUSH: 'on', OUTBOX: 'on' } },
      durability: "on the order service's disk, then on the broker's disk (flush.messages=1)",
      mayAnswer: [],
      illustrates: 'outbox',
    },
    {
      name: 'as shipped',
      about:
        "the broker with Kafka's own settings and a heap of 1 GB, and consumer groups with the times of the client library and without fixed names; nothing is synced before it is acknowledged",
      environment: ofEach({ GROUP_SETTINGS: 'shipped' }),
      durability: "in the broker's memory (Kafka's default): it survives the broker's death, not the machine's",
      mayAnswer: WITHOUT_KAFKA,
      asShipped: true,
      illustrates: 'settings',
    },
  ],
  deadlineMs: Infinity,
  peer: 'kafka',
  duplicator: {
    start: operation<KafkaOperations>('start-duplicator', {}),
    stop: operation<KafkaOperations>('stop-duplicator', {}),
    clientsRepeat: false,
  },
  poison: {
    send(nth) {
      const poison = poisonOf(nth)
      return operation<KafkaOperations>('publish-raw', { topic: 'orders', key: poison.id, body: poison.body }, () => [
        asRaw(poison),
      ])
    },
    becomes: 'dead-letter',
  },
  readAgain: {
    service: 'analytics_consumer',
    reset: operation<KafkaOperations>('reset-offsets', { group: 'analytics_consumer' }),
    page: '/metrics.json',
    hasRead: isDrained,
  },
  keepsResults: {},
  boundedTo: orders => ({ producer_order: { MAX_UNDECIDED: `${orders}` } }),
  reasonsOfFaults: [],
}
