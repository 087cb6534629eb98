// The way in which producer_order takes orders. There are two, and `main.ts` composes one of them: `without-outbox.ts`
// writes an order into the log within its request, `with-outbox.ts` has the outbox as its safeguard.
import { LabError } from '#common/contracts/errors.ts'
import type { Order } from '#common/contracts/order.ts'
import type { FaultInjector } from '#common/faults/fault-injector.ts'
import type { Handler } from '#common/service/handler.ts'
import type { ServerParts } from '#common/service/http-server.ts'
import type { Placed } from '#common/service/order-routes.ts'
import type { OutboxTables } from '#common/stores/outbox.ts'
import type { ServiceStore } from '#common/stores/group-commit.ts'
import type { LogRecord } from '../broker/record.ts'
import type { KafkaConnection } from '../messaging/connection.ts'
import type { ViewTables } from './orders-view.ts'

export type IntakeParts = ServerParts & {
  config: { MAX_UNDECIDED: number; PRODUCE_DEADLINE_MS: number; RELAY_WINDOW: number }
  store: ServiceStore<ViewTables & OutboxTables>
  kafka: Pick<KafkaConnection, 'producer' | 'topics'>
  faultInjector: FaultInjector
}

export type OrderIntake = {
  place: Handler<Order, Placed>
  /** The number of orders that the view does not show and may still show. */
  inFlight(): number
  /** These records are applied to the view. */
  onApplied(records: LogRecord[]): void
  /** Every record that was in the log at the start is applied to the view. */
  onCaughtUp(): Promise<void>
  /** Resolves when the service is closing and nothing is in flight. */
  ended: Promise<void>
}

export const notRead = (): LabError =>
  new LabError('unavailable', 'the service has not read the log yet; nothing happened')
