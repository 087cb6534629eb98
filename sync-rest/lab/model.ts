// The synchronous model as the lab sees it: three services, no broker, a client that waits for the outcome.
import { DEFAULT_CONCURRENCY } from '#common/service/service.ts'
import type { ComparableModel } from '#engine/experiment/comparison-adapter.ts'
import { deadLettersOf } from '#engine/experiment/dead-letters.ts'
import { type FurtherReaderOperations, furtherReaders } from '#engine/experiment/further-readers.ts'
import type { BrokerInspector, Deployment } from '#engine/experiment/model.ts'
import * as inventory from '../inventory_service/settings.ts'
import * as notification from '../notification_service/settings.ts'
import * as order from '../order_service/settings.ts'
import { comparison } from './comparison.ts'
import { operationsOf, type RestOperations } from './operations.ts'

type Inspector = BrokerInspector<RestOperations & FurtherReaderOperations>

async function connect(deployment: Deployment): Promise<Inspector> {
  const program = new URL('./further-readers-main.ts', import.meta.url)
  const readers = furtherReaders(program, () => ({ url: `${deployment.url('order_service')}/orders` }))
  return {
    depths: async () => ({}),
    // A bad request is answered at once.
    ...deadLettersOf(async () => {}),
    operations: { ...operationsOf(deployment), ...readers.operations },
    close: readers.close,
  }
}

export const syncRest: ComparableModel<Inspector['operations']> = {
  name: 'sync-rest',
  brokers: [],
  features: ['answers-with-outcome'],
  entry: 'order_service',
  evidence: { orders: 'order_service', inventory: 'inventory_service', notifications: 'notification_service' },
  durability: "on the order service's disk, with its outcome on inventory's",
  defaultConcurrency: DEFAULT_CONCURRENCY,
  services: [
    {
      name: 'order_service',
      role: 'order',
      port: 8000,
      environment: ({ url }) => ({
        INVENTORY_URL: url('inventory_service'),
        NOTIFICATION_URL: url('notification_service'),
      }),
    },
    { name: 'inventory_service', role: 'inventory', port: 8001, environment: () => ({}) },
    { name: 'notification_service', role: 'notification', port: 8002, environment: () => ({}) },
  ],
  comparison,
  connect,
  remove: async () => {},
}

/** What can be set in each service. The tables of the README are rendered from these. */
export const settings = [order, inventory, notification]
