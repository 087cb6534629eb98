// The streaming model as the lab sees it: four services around a log that keeps everything.
import { LabError } from '#common/contracts/errors.ts'
import { DEFAULT_CONCURRENCY } from '#common/service/service.ts'
import type { ComparableModel } from '#engine/experiment/comparison-adapter.ts'
import type { BrokerInspector, Deployment, ServiceSpec } from '#engine/experiment/model.ts'
import { createAdmin } from '../broker/admin.ts'
import { createProducer } from '../broker/producer.ts'
import { readAll } from '../broker/read-all.ts'
import { comparison } from './comparison.ts'
import { type HeldRecord, listDeadLetters, redrivenMark, withoutReason } from './dead-letters.ts'
import { TOPICS, topicNames, topicSpecs } from '../messaging/topics.ts'
import { createOperations, type KafkaOperations, lags } from './operations.ts'

const LINK = 'lab'

/** @throws Error when the place names no Kafka */
function brokersOf({ broker }: Deployment): string {
  if (broker.kafka) return broker.kafka
  throw new Error('the streaming model needs a Kafka; this place has none')
}

const environment = (place: Deployment): Record<string, string> => ({
  KAFKA_BROKERS: brokersOf(place),
  PREFIX: place.prefix,
})

const services: ServiceSpec[] = [
  { name: 'producer_order', role: 'order', port: 8020, environment },
  { name: 'inventory_consumer', role: 'inventory', port: 8021, environment },
  { name: 'notification_consumer', role: 'notification', port: 8022, environment },
  { name: 'analytics_consumer', role: 'analytics', port: 8023, environment },
]

export const streamingKafka: ComparableModel<KafkaOperations> = {
  name: 'streaming-kafka',
  brokers: ['kafka'],
  features: ['answers-before-outcome', 'survives-inventory-down', 'dead-letters', 'replays'],
  entry: 'producer_order',
  evidence: { orders: 'producer_order', inventory: 'inventory_consumer', notifications: 'notification_consumer' },
  durability: "in the broker's memory (Kafka's default); on the broker's disk where TOPIC_FLUSH is on",
  defaultConcurrency: DEFAULT_CONCURRENCY,
  services,
  comparison,
  connect,
  remove,
}

async function connect(place: Deployment): Promise<BrokerInspector<KafkaOperations>> {
  const { prefix } = place
  const brokers = brokersOf(place)
  const name = prefix + LINK
  const admin = createAdmin(brokers, name)
  const producer = createProducer({ brokers, clientId: name, maxWaiting: Infinity, onDegraded: () => {} })
  const closing = new AbortController()
  const deadLetterTopic = topicNames(prefix).deadLetters
  const spec = { name: deadLetterTopic, partitions: TOPICS.deadLetters.partitions }
  let seen = { end: 0n, letters: [] as HeldRecord[] }
  /** Read anew only when the topic has grown: conditions of a timeline ask several times a second. */
  const held = async (): Promise<HeldRecord[]> => {
    const end = (await admin.ends([spec])).get(deadLetterTopic)?.[0] ?? 0n
    if (end !== seen.end) seen = { end, letters: listDeadLetters(await readAll({ admin, brokers, name }, [spec])) }
    return seen.letters
  }
  return {
    depths: () => lags(admin, prefix),
    deadLetters: async () => (await held()).map(({ record: _record, ...letter }) => letter),
    async redrive(id, editedBody) {
      const letter = (await held()).find(candidate => candidate.id === id)
      if (!letter) throw new LabError('not-found', `there is no dead letter "${id}"; list them to see which there are`)
      const { key, value, headers } = letter.record
      const body = editedBody === undefined ? value : Buffer.from(editedBody)
      await producer.send({ topic: letter.source, key, value: body, headers: withoutReason(headers) })
      await producer.send(redrivenMark(deadLetterTopic, id))
    },
    operations: createOperations({ admin, producer, brokers, name, prefix, closing: closing.signal }),
    async close() {
      closing.abort()
      await producer.close()
      await admin.close()
    },
  }
}

/** Groups and topics behind the prefix, or behind one that begins with it; the services have ended before. */
async function remove(place: Deployment): Promise<void> {
  const admin = createAdmin(brokersOf(place), place.prefix + LINK)
  const among = (names: string[]) => (found: string) =>
    place.prefix === '' ? names.includes(found) : found.startsWith(place.prefix) && names.some(n => found.endsWith(n))
  try {
    const groupNames = services.map(({ name }) => name)
    await admin.deleteGroups((await admin.groups()).filter(among(groupNames)))
    const names = topicSpecs('').map(({ name }) => name)
    await admin.deleteTopics((await admin.topics()).filter(among(names)))
  } finally {
    await admin.close()
  }
}
