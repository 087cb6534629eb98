// The asynchronous model without its outbox passes the same suite, except for the crash point that needs the outbox
// (without-outbox.test.ts).
import { conformance } from '#conformance/conformance.ts'
import { testBroker } from '#infra/testing/test-broker.ts'
import { asyncRabbitmq } from '../lab/model.ts'

conformance(
  asyncRabbitmq,
  { rabbitmq: testBroker('rabbitmq') },
  {
    about: 'order_service',
    environments: { order_service: { OUTBOX: 'off' } },
    crashPoints: { order_service: ['store-publish', 'publish-answer'] },
    unsafePoints: { order_service: ['store-publish'] },
  },
)
