// The asynchronous model without its outbox passes the same suite, except that a crash of order_service may leave an order
// undecided that was stored and not published yet, at whatever point it dies under load. without-outbox.test.ts has what each
// of its crash points does to one order.
import { conformance } from '#conformance/conformance.ts'
import { testBroker } from '#infra/testing/test-broker.ts'
import { asyncRabbitmq } from '../lab/model.ts'

conformance(
  asyncRabbitmq,
  { rabbitmq: testBroker('rabbitmq') },
  {
    about: 'order_service',
    environments: { order_service: { OUTBOX: 'off' } },
    cutLinks: ['order_service'],
    crashPoints: { order_service: ['store-publish', 'publish-answer'] },
    unsafePoints: { order_service: ['store-publish', 'publish-answer'] },
  },
)
