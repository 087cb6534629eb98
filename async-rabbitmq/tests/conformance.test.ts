// The asynchronous model passes the suite that every model passes.
import { conformance } from '#conformance/conformance.ts'
import { testBroker } from '#infra/testing/test-broker.ts'
import { asyncRabbitmq } from '../lab/model.ts'

conformance(
  asyncRabbitmq,
  { rabbitmq: testBroker('rabbitmq') },
  {
    cutLinks: ['order_service', 'inventory_service', 'notification_service'],
    crashPoints: {
      order_service: ['store-publish', 'publish-dequeue'],
      inventory_service: ['commit-publish', 'publish-ack'],
      notification_service: ['commit-ack'],
    },
    wrong: {
      order_service: {
        CONCURRENCY: '0',
        RABBITMQ_URL: 'http://127.0.0.1',
        RELAY_WINDOW: 'wide',
        RETRY_DELAYS_MS: 'soon',
        OUTBOX: 'maybe',
        PUBLISH_DEADLINE_MS: '0',
      },
      inventory_service: { INITIAL_STOCK: '{"main": {"burger": -1}}' },
    },
  },
)
