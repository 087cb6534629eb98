// The streaming model passes the conformance suite of all models.
import { conformance } from '#conformance/conformance.ts'
import { testBroker } from '#infra/testing/test-broker.ts'
import { streamingKafka } from '../lab/model.ts'

conformance(
  streamingKafka,
  { kafka: testBroker('kafka') },
  {
    cutLinks: ['producer_order', 'inventory_consumer', 'notification_consumer', 'analytics_consumer'],
    crashPoints: {
      producer_order: ['produce-answer'],
      inventory_consumer: ['commit-produce', 'produce-commit'],
      notification_consumer: ['produce-store', 'store-commit'],
      analytics_consumer: ['store-commit'],
    },
    publishRaw: { topic: 'orders' },
    wrong: {
      producer_order: { KAFKA_BROKERS: 'nowhere', OUTBOX: 'maybe', RELAY_WINDOW: '0' },
      inventory_consumer: { INITIAL_STOCK: '{"main": {"burger": -1}}' },
    },
  },
)
