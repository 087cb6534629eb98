// The streaming model for the lab: four services around a log that keeps every record.
import { LabError } from '#common/contracts/errors.ts'
import { readEdited } from '#common/messaging/edited-event.ts'
import { DEFAULT_CONCURRENCY } from '#common/service/service.ts'
import type { ComparableModel } from '#engine/experiment/comparison-adapter.ts'
import type { BrokerInspector, Deployment, ServiceSpec } from '#engine/experiment/model.ts'
import { createAdmin } from '../broker/admin.ts'
import { createProducer } from '../broker/producer.ts'
import * as analytics from '../analytics_consumer/settings.ts'
import { readAll } from '../broker/log-reader.ts'
import { readInventoryEvent, readOrderPlaced } from '../broker/record.ts'
import * as inventory from '../inventory_consumer/settings.ts'
import { prefixed, TOPICS, topicSpecs } from '../messaging/topics.ts'
import * as notification from '../notification_consumer/settings.ts'
import * as order from '../producer_order/settings.ts'
import { comparison } from './comparison.ts'
import { type DeadLetterRecord, listDeadLetters, redrivenMark, withoutReason } from './dead-letters.ts'
import { createOperations, type KafkaOperations, lags } from './operations.ts'

/** What can be set in each service. The tables of the README are rendered from these. */
export const settings = [order, inventory, notification, analytics]

const CLIENT = 'lab'

/** @throws Error when the deployment has no Kafka */
function brokersOf({ broker }: Deployment): string {
  if (broker.kafka) return broker.kafka
  throw new Error('the streaming model needs a Kafka, and this deployment has none')
}

const environment = (deployment: Deployment): Record<string, string> => ({
  KAFKA_BROKERS: brokersOf(deployment),
  PREFIX: deployment.prefix,
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

async function connect(deployment: Deployment): Promise<BrokerInspector<KafkaOperations>> {
  const { prefix } = deployment
  const brokers = brokersOf(deployment)
  const name = prefix + CLIENT
  const admin = createAdmin(brokers, name)
  const producer = createProducer({ brokers, clientId: name })
  const closing = new AbortController()
  const deadLetters = prefixed(prefix, TOPICS.deadLetters)
  let cached = { end: 0n, letters: [] as DeadLetterRecord[] }
  /** Reads the topic only when it has grown: conditions of a timeline probe it several times a second. */
  const deadLetterRecords = async (): Promise<DeadLetterRecord[]> => {
    const end = (await admin.ends([deadLetters])).get(deadLetters.name)?.[0] ?? 0n
    if (end !== cached.end)
      cached = { end, letters: listDeadLetters(await readAll({ admin, brokers, name }, [deadLetters])) }
    return cached.letters
  }
  return {
    depths: () => lags(admin, prefix),
    deadLetters: async () => (await deadLetterRecords()).map(({ record: _record, ...letter }) => letter),
    async redrive(id, editedBody) {
      const letter = (await deadLetterRecords()).find(candidate => candidate.id === id)
      if (!letter)
        throw new LabError('not-found', `there is no dead letter "${id}"; list the dead letters to see their ids`)
      const { key, value, headers } = letter.record
      if (letter.isWithoutContent) {
        const code = letter.reason === 'too-large' ? 'too-large' : 'malformed'
        throw new LabError(code, `nothing of "${id}" could be read, and there is nothing to send again`)
      }
      const body = editedBody === undefined ? value : Buffer.from(editedBody)
      if (editedBody !== undefined) {
        const read = letter.source === prefix + TOPICS.orders.name ? readOrderPlaced : readInventoryEvent
        const { reason, record } = letter
        const edited = Buffer.from(editedBody)
        readEdited(bytes => read({ ...record, value: bytes }), { reason, original: value, edited })
      }
      await producer.send({ topic: letter.source, key, value: body, headers: withoutReason(headers) })
      await producer.send(redrivenMark(deadLetters.name, id))
    },
    operations: createOperations({ admin, producer, brokers, name, prefix, closing: closing.signal }),
    async close() {
      closing.abort()
      await producer.close()
      await admin.close()
    },
  }
}

/** Removes the groups and topics whose prefix begins with this one. The services have ended before. */
async function remove(deployment: Deployment): Promise<void> {
  const admin = createAdmin(brokersOf(deployment), deployment.prefix + CLIENT)
  const isOneOf = (names: string[]) => (found: string) =>
    deployment.prefix === ''
      ? names.includes(found)
      : found.startsWith(deployment.prefix) && names.some(n => found.endsWith(n))
  try {
    const groupNames = services.map(({ name }) => name)
    await admin.deleteGroups((await admin.groups()).filter(isOneOf(groupNames)))
    const names = topicSpecs('').map(({ name }) => name)
    await admin.deleteTopics((await admin.topics()).filter(isOneOf(names)))
  } finally {
    await admin.close()
  }
}
