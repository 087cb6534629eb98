// The way in which order_service takes orders. There are two, and `main.ts` composes one of them: `with-outbox.ts` has
// the outbox as its safeguard, `without-outbox.ts` publishes an order's event within the request.
import type { Order } from '#common/contracts/order.ts'
import type { FaultInjector } from '#common/faults/fault-injector.ts'
import type { Handler } from '#common/service/handler.ts'
import type { ServerParts } from '#common/service/http-server.ts'
import type { Placed } from '#common/service/order-routes.ts'
import type { OrdersTables } from '#common/stores/orders.ts'
import type { OutboxTables } from '#common/stores/outbox.ts'
import type { ServiceStore } from '#common/stores/group-commit.ts'
import type { UndecidedTables } from '#common/stores/undecided.ts'
import type { PlacedOrder } from '#common/workflow/store.ts'
import type { Broker } from '../broker/broker.ts'
import type { Reading } from './reading.ts'

export type IntakeParts = ServerParts & {
  config: { MAX_UNDECIDED: number; RELAY_WINDOW: number; PUBLISH_DEADLINE_MS: number }
  store: ServiceStore<OrdersTables & UndecidedTables & OutboxTables>
  broker: Pick<Broker, 'topology' | 'ready' | 'publish' | 'publishInTime' | 'checkPublishing'>
  reading: Pick<Reading, 'checkTaking' | 'checkPublishing' | 'ready'>
  faultInjector: FaultInjector
}

export type OrderIntake = {
  place: Handler<Order, Placed>
  /** The order as `GET /order` shows it. */
  find(orderId: string): Promise<PlacedOrder | undefined>
  /** Resolves when the service is closing and nothing is in flight. */
  ended: Promise<void>
}
