// The settings and the faults of order_service. The tables in the README are rendered from them.
import type { ServiceFaults } from '#common/faults/fault-injector.ts'
import { httpUrl, integer, oneOf } from '#common/service/config.ts'
import { commonSettings, concurrencySetting } from '#common/service/service.ts'
import { duplicator } from './duplicator.ts'

export const NAME = 'sync-rest/order_service'

export const settings = {
  ...commonSettings(NAME, 8000),
  CONCURRENCY: concurrencySetting,
  INVENTORY_URL: httpUrl('http://127.0.0.1:8001', 'where inventory_service is'),
  NOTIFICATION_URL: httpUrl('http://127.0.0.1:8002', 'where notification_service is'),
  RESERVE_DEADLINE_MS: integer(1_000, 'how long an order may wait for inventory', { min: 1 }),
  SEND_DEADLINE_MS: integer(1_000, 'how long an answer waits for its confirmation', { min: 1 }),
  BREAKER: oneOf(['on', 'off'], 'on', 'whether the breaker guards inventory'),
  BREAKER_FAILURES: integer(5, 'failures in a row that open the breaker', { min: 1 }),
  BREAKER_OPEN_MS: integer(1_000, 'how long it stays open before one call is let through', { min: 1 }),
}

export const faults: ServiceFaults = {
  role: 'ORDER',
  faults: [duplicator],
  crashPoints: ['store-reserve', 'reserve-store', 'store-send', 'send-store'],
}
