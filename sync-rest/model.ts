// The synchronous model as the lab sees it: three services, no broker, and a client that waits for the outcome.
import type { Link, Model } from '#common/experiment/model.ts'

const link: Link = {
  depths: async () => ({}),
  deadLetters: async () => [],
  redrive: async () => {
    throw new Error('this model has no dead letters: a bad request is answered at once')
  },
  verbs: {},
  close: async () => {},
}

export const syncRest: Model = {
  name: 'sync-rest',
  brokers: [],
  features: ['answers-with-outcome'],
  entry: 'order_service',
  evidence: { orders: 'order_service', inventory: 'inventory_service', notifications: 'notification_service' },
  durability: "on the order service's disk, with its outcome on inventory's",
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
  connect: async () => link,
  remove: async () => {},
}
