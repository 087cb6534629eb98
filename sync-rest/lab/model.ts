// The synchronous model as the lab sees it: three services, no broker, and a client that waits for the outcome.
import { request } from 'undici'
import { Type } from 'typebox'
import { parse } from '#common/contracts/parse.ts'
import { DEFAULT_CONCURRENCY } from '#common/service/service.ts'
import type { ComparableModel } from '#engine/experiment/comparison-adapter.ts'
import type { BrokerInspector, Deployment } from '#engine/experiment/model.ts'
import { comparison } from './comparison.ts'
import { duplicatorOperations } from './operations.ts'

const Raw = Type.Object({ service: Type.String(), path: Type.String(), body: Type.String() })

const linkOf = (place: Deployment): BrokerInspector => ({
  depths: async () => ({}),
  deadLetters: async () => [],
  redrive: async () => {
    throw new Error('this model has no dead letters: a bad request is answered at once')
  },
  operations: {
    /** Any bytes as the body of a request to one of the services; answers with the status. */
    async 'publish-raw'(args) {
      const { service, path, body } = parse(Raw, args, 'publish-raw')
      const headers = { 'content-type': 'application/json' }
      const response = await request(place.url(service) + path, { method: 'POST', headers, body })
      await response.body.dump()
      return { status: response.statusCode }
    },
    ...duplicatorOperations(place),
  },
  close: async () => {},
})

export const syncRest: ComparableModel = {
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
      environment: place => ({
        INVENTORY_URL: place.url('inventory_service'),
        NOTIFICATION_URL: place.url('notification_service'),
      }),
    },
    { name: 'inventory_service', role: 'inventory', port: 8001, environment: () => ({}) },
    { name: 'notification_service', role: 'notification', port: 8002, environment: () => ({}) },
  ],
  comparison,
  connect: async place => linkOf(place),
  remove: async () => {},
}
