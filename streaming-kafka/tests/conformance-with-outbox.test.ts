// The streaming model with an outbox in producer_order passes the conformance suite of all models.
import { conformance } from '#conformance/conformance.ts'
import { testBroker } from '#infra/testing/test-broker.ts'
import { streamingKafka } from '../lab/model.ts'

conformance(
  streamingKafka,
  { kafka: testBroker('kafka') },
  {
    about: 'producer_order',
    environments: { producer_order: { OUTBOX: 'on' } },
    cutLinks: ['producer_order'],
    crashPoints: { producer_order: ['store-produce', 'produce-dequeue'] },
    publishRaw: { topic: 'orders' },
  },
)
