// The way in which order_service takes orders. There are two, and `main.ts` composes one of them: `without-outbox.ts` calls
// inventory within the request, `with-outbox.ts` has the outbox as its safeguard and calls it after the answer.
import type { FaultInjector } from '#common/faults/fault-injector.ts'
import type { Values } from '#common/service/config.ts'
import type { ServerParts } from '#common/service/http-server.ts'
import type { OrderRoutes } from '#common/service/order-routes.ts'
import type { ServiceStore } from '#common/stores/group-commit.ts'
import type { OutboxTables } from '#common/stores/outbox.ts'
import type { UndecidedTables } from '#common/stores/undecided.ts'
import type { Peer } from '../http-client/call.ts'
import type { OrderTables } from './compensate.ts'
import type { PendingWork } from './pending-work.ts'
import type { SendNotification } from './send-at-notification.ts'
import type { settings } from './settings.ts'

export type IntakeParts = ServerParts & {
  config: Values<typeof settings>
  store: ServiceStore<OrderTables & OutboxTables & UndecidedTables>
  inventory: Peer
  send: SendNotification
  pendingWork: PendingWork
  faultInjector: FaultInjector
}

export type OrderIntake = {
  place: OrderRoutes['place']
  status: OrderRoutes['status']
  /** Resolves when the service is closing and nothing is in flight. */
  ended: Promise<void>
}
