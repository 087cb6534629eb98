// The streaming model with an outbox in producer_order passes the suite that every model passes.
import { conformance } from '#common/conformance/conformance.ts'
import { testBroker } from '#common/conformance/test-broker.ts'
import { streamingKafka } from '../model.ts'

conformance(
  streamingKafka,
  { kafka: testBroker('kafka') },
  {
    about: 'producer_order',
    environments: { producer_order: { OUTBOX: 'on' } },
    crashPoints: { producer_order: ['store-produce', 'produce-dequeue'] },
    publishRaw: { topic: 'orders' },
  },
)
