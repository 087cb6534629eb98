// `POST /order`: store, reserve, store, send, answer, and the note that it was sent. What the client is told was on the
// disk of the service that did it before.
// Guarantees: after an answer that leaves open whether inventory acted, the order is failed and its release is owed, in
// one transaction. Once reserved, an order will be confirmed, whatever becomes of this request.
import { asLabError, LabError } from '#common/contracts/errors.ts'
import type { Order } from '#common/contracts/order.ts'
import type { CrashPoint } from '#common/faults/crash.ts'
import { wallTime } from '#common/contracts/clock.ts'
import type { Context, Handler } from '#common/service/handler.ts'
import type { Placed } from '#common/service/order-routes.ts'
import type { OrdersTables } from '#common/stores/orders.ts'
import type { Store } from '#common/workflow/store.ts'
import { placeOrder } from '#common/workflow/place-order.ts'
import { presentState } from '#common/workflow/present-order.ts'
import { confirmOrder, recordOutcome } from '#common/workflow/record-outcome.ts'
import { CallError } from '../http-client/call.ts'
import type { AskInventory } from './reserve-at-inventory.ts'
import type { PendingReleasesTables } from './pending-releases.ts'

export type OrdersStore = Store<OrdersTables & PendingReleasesTables>

export type PlaceParts = {
  store: OrdersStore
  ask: AskInventory
  /** Sends the notification; throws when it was not acknowledged in time. */
  send(order: Pick<Order, 'orderId' | 'userId'>, correlationId: string): Promise<void>
  /** Orders that this request confirms itself, so that the duty leaves them alone. */
  confirming: Set<string>
  /** Orders whose outcome could not be stored: they are abandoned as soon as it can be. */
  abandoned: Set<string>
  wakeDuties(): void
  crashPoints: Record<'store-reserve' | 'reserve-store' | 'store-send' | 'send-store', CrashPoint>
}

export function place(parts: PlaceParts): Handler<Order, Placed> {
  const { store, ask, crashPoints } = parts
  return async (order, { correlationId, log }) => {
    const { orderId } = order
    const happened = { correlationId, occurredAt: wallTime() }
    const { placed, isNew } = await store.transact(tx => placeOrder(tx, order, happened))
    if (!isNew) return { isNew, view: presentState(placed) }
    log.info({ orderId }, 'placed')
    crashPoints['store-reserve']()
    try {
      await ask(order, correlationId)
    } catch (error) {
      throw await failAndRelease(parts, orderId, error)
    }
    crashPoints['reserve-store']()
    parts.confirming.add(orderId)
    let notification: 'sent' | 'pending' = 'pending'
    try {
      await orUnknown(parts, orderId, () => store.transact(tx => recordOutcome(tx, orderId, { status: 'reserved' })))
      crashPoints['store-send']()
      notification = await confirm(parts, order, { correlationId, log })
      return { isNew, view: { orderId, status: 'reserved', notification } }
    } finally {
      if (notification === 'pending') leaveToDuty(parts, orderId)
    }
  }
}

/** The order is reserved and stored so: whatever fails here, the duty confirms it later. */
async function confirm(
  parts: PlaceParts,
  order: Order,
  { correlationId, log }: Pick<Context, 'correlationId' | 'log'>,
): Promise<'sent' | 'pending'> {
  const { orderId } = order
  try {
    await parts.send(order, correlationId)
  } catch (error) {
    log.warn({ orderId, error: asLabError(error).detail }, 'not confirmed yet')
    return 'pending'
  }
  parts.crashPoints['send-store']()
  // The notification is on its own service's disk: the answer does not wait for the note of it in this book, and where
  // the note is lost the duty sends again, which notification_service recognises.
  parts.store
    .transact(tx => confirmOrder(tx, orderId))
    .then(() => log.info({ orderId }, 'confirmed'))
    .catch((error: unknown) => log.warn({ orderId, error: asLabError(error).detail }, 'not confirmed yet'))
    .finally(() => leaveToDuty(parts, orderId))
  return 'sent'
}

/** From here on the duty confirms the order, unless it is noted as confirmed. */
function leaveToDuty({ confirming, wakeDuties }: PlaceParts, orderId: string): void {
  confirming.delete(orderId)
  wakeDuties()
}

/** Fails the order and, where inventory may have acted, owes it a release. Returns what the client is told. */
async function failAndRelease(parts: PlaceParts, orderId: string, error: unknown): Promise<LabError> {
  const { code, detail } = asLabError(error)
  const mayHaveActed = !(error instanceof CallError) || error.mayHaveActed
  await orUnknown(parts, orderId, () =>
    parts.store.transact(tx => {
      recordOutcome(tx, orderId, { status: 'failed', reason: code })
      if (mayHaveActed) tx.addPendingRelease(orderId)
    }),
  )
  if (mayHaveActed) parts.wakeDuties()
  return new LabError(code, detail, { orderId, cause: error })
}

/** A store that fails after inventory was asked leaves the outcome open: its own 503 would say that nothing happened. */
async function orUnknown<T>(parts: PlaceParts, orderId: string, keep: () => Promise<T>): Promise<T> {
  try {
    return await keep()
  } catch (error) {
    parts.abandoned.add(orderId)
    parts.wakeDuties()
    const detail = `the outcome could not be stored, and the order is given up: ${asLabError(error).detail}`
    throw new LabError('deadline-passed', detail, { orderId, cause: error })
  }
}

/** Fails an order whose outcome is not in the store, and owes its release: inventory may hold stock for it. */
export function compensate(tx: OrdersTables & PendingReleasesTables, orderId: string): void {
  const settled = recordOutcome(tx, orderId, { status: 'failed', reason: 'deadline-passed' })
  if (settled?.status === 'failed') tx.addPendingRelease(orderId)
}
