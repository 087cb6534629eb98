// The streaming model for the lab: four services around a log that keeps every record.
import { DEFAULT_CONCURRENCY } from '#common/service/service.ts'
import type { ComparableModel } from '#engine/experiment/comparison-adapter.ts'
import type { Deployment, ServiceSpec } from '#engine/experiment/model.ts'
import * as analytics from '../analytics_consumer/settings.ts'
import * as inventory from '../inventory_consumer/settings.ts'
import * as notification from '../notification_consumer/settings.ts'
import * as order from '../producer_order/settings.ts'
import { comparison } from './comparison.ts'
import type { Inspector } from './inspector.ts'

/** What can be set in each service. The tables of the README are rendered from these. */
export const settings = [order, inventory, notification, analytics]

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

export const streamingKafka: ComparableModel<Inspector['operations']> = {
  name: 'streaming-kafka',
  brokers: ['kafka'],
  features: ['answers-before-outcome', 'survives-inventory-down', 'dead-letters', 'replays'],
  entry: 'producer_order',
  evidence: { orders: 'producer_order', inventory: 'inventory_consumer', notifications: 'notification_consumer' },
  durability: "in the broker's memory (Kafka's default); on the broker's disk where TOPIC_FLUSH is on",
  defaultConcurrency: DEFAULT_CONCURRENCY,
  services,
  comparison,
  async connect(deployment) {
    const { connect } = await inspector()
    return connect(brokersOf(deployment), deployment.prefix)
  },
  async remove(deployment) {
    const { remove } = await inspector()
    await remove(
      brokersOf(deployment),
      deployment.prefix,
      services.map(({ name }) => name),
    )
  },
}

/** Loaded when a Kafka is to be inspected: the client library would be a good part of what every command of the lab loads. */
const inspector = () => import('./inspector.ts')
