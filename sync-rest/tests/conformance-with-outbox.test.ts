// The synchronous model with its outbox passes the suite that every model passes, with what those promise that answer before the
// outcome.
import { conformance } from '#conformance/conformance.ts'
import { configured } from '#engine/experiment/comparison-adapter.ts'
import { withOutbox } from '../lab/comparison.ts'
import { syncRest } from '../lab/model.ts'

conformance(
  configured(syncRest, withOutbox),
  {},
  {
    about: 'order_service',
    environments: withOutbox.environment,
    cutLinks: ['order_service'],
    crashPoints: { order_service: ['store-reserve', 'reserve-store'] },
  },
)
