// The synchronous model passes the suite that every model passes.
import { conformance } from '#conformance/conformance.ts'
import { syncRest } from '../lab/model.ts'

conformance(
  syncRest,
  {},
  {
    cutLinks: ['order_service'],
    crashPoints: {
      order_service: ['store-reserve', 'reserve-store', 'store-send', 'send-store'],
      inventory_service: ['commit-answer'],
      notification_service: ['commit-answer'],
    },
    // Above the delay with which the suite holds an order undecided, and the breaker stays out of the way of its kills.
    environments: { order_service: { RESERVE_DEADLINE_MS: '5000', BREAKER: 'off' } },
    wrong: {
      order_service: {
        CONCURRENCY: '0',
        INVENTORY_URL: 'inventory:8001',
        NOTIFICATION_URL: 'ftp://127.0.0.1',
        RESERVE_DEADLINE_MS: 'soon',
        SEND_DEADLINE_MS: '0',
        BREAKER: 'maybe',
        BREAKER_FAILURES: '0',
        BREAKER_OPEN_MS: '-1',
        OUTBOX: 'maybe',
        MAX_UNDECIDED: '0',
      },
      inventory_service: { INITIAL_STOCK: '{"main": {"burger": -1}}' },
    },
  },
)
