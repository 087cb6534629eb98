// The asynchronous model as the lab sees it: three services around a broker, a client that does not wait for the outcome.
import { DEFAULT_CONCURRENCY } from '#common/service/service.ts'
import type { ComparableModel } from '#engine/experiment/comparison-adapter.ts'
import { deadLettersOf } from '#engine/experiment/dead-letters.ts'
import { type FurtherReaderOperations, furtherReaders, MOST_READERS } from '#engine/experiment/further-readers.ts'
import type { BrokerInspector, Deployment } from '#engine/experiment/model.ts'
import { openQueueBrowser } from '../broker/queue-browser.ts'
import * as inventory from '../inventory_service/settings.ts'
import { DEFAULT_RETRY_DELAYS_MS, namesOf, readerQueue, topologyOf } from '../messaging/topology.ts'
import * as notification from '../notification_service/settings.ts'
import * as order from '../order_service/settings.ts'
import { comparison } from './comparison.ts'
import { visitDeadLetters } from './dead-letters.ts'
import { operationsOf, type RabbitmqOperations } from './operations.ts'

/** What can be set in each service. The tables of the README are rendered from these. */
export const settings = [order, inventory, notification]

const environment = (deployment: Deployment) => ({ RABBITMQ_URL: brokerOf(deployment), PREFIX: deployment.prefix })

type Inspector = BrokerInspector<RabbitmqOperations & FurtherReaderOperations>

export const asyncRabbitmq: ComparableModel<Inspector['operations']> = {
  name: 'async-rabbitmq',
  services: [
    { name: 'order_service', role: 'order', port: 8010, environment },
    { name: 'inventory_service', role: 'inventory', port: 8011, environment },
    { name: 'notification_service', role: 'notification', port: 8012, environment },
  ],
  brokers: ['rabbitmq'],
  features: ['answers-before-outcome', 'survives-inventory-down', 'dead-letters'],
  entry: 'order_service',
  evidence: { orders: 'order_service', inventory: 'inventory_service', notifications: 'notification_service' },
  durability: "on the order service's disk, then on the broker's disk (quorum queue)",
  defaultConcurrency: DEFAULT_CONCURRENCY,
  comparison,
  connect,
  async remove(deployment) {
    const browser = await openQueueBrowser(brokerOf(deployment))
    try {
      const { exchanges, queues } = namesOf(deployment.prefix)
      const ofReaders = Array.from(
        { length: MOST_READERS },
        (_, index) => readerQueue(deployment.prefix, index + 1).name,
      )
      await browser.remove({ exchanges, queues: [...queues, ...ofReaders] })
    } finally {
      await browser.close()
    }
  },
}

/** @throws Error when the broker does not answer within 10 s. */
async function connect(deployment: Deployment): Promise<Inspector> {
  // Further delay queues than by default are not shown: a passive declare of a missing queue costs a channel each time.
  const topology = topologyOf(deployment.prefix, DEFAULT_RETRY_DELAYS_MS.length)
  const url = brokerOf(deployment)
  const browser = await openQueueBrowser(url)
  const program = new URL('./further-readers-main.ts', import.meta.url)
  const readers = furtherReaders(program, () => ({ url, prefix: deployment.prefix }))
  return {
    async depths() {
      const depths: Record<string, number> = {}
      for (const { name } of topology.queues) {
        const ready = await browser.readyMessages(name)
        if (ready !== undefined) depths[name.slice(topology.prefix.length)] = ready
      }
      return depths
    },
    ...deadLettersOf(visit => visitDeadLetters(browser, topology, visit)),
    operations: { ...operationsOf(browser, topology), ...readers.operations },
    async close() {
      await readers.close()
      await browser.close()
    },
  }
}

function brokerOf({ broker }: Deployment): string {
  if (broker.rabbitmq !== undefined) return broker.rabbitmq
  throw new Error('this deployment has no RabbitMQ broker')
}
