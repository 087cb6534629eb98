// `POST /order`: admit, store, reserve, store, send, answer, and store that it was sent. What the client is answered was on
// the disk of the service that did it before.
// Guarantees: after an answer that leaves open whether inventory acted, the order is failed and its release is pending,
// in one transaction. Once reserved, an order will be confirmed, whatever becomes of this request.
import { asLabError, LabError } from '#common/contracts/errors.ts'
import type { Order } from '#common/contracts/order.ts'
import type { CrashPoint } from '#common/faults/fault-injector.ts'
import { wallTime } from '#common/contracts/clock.ts'
import type { Context, Handler } from '#common/service/handler.ts'
import type { Placed } from '#common/service/order-routes.ts'
import { placeOrder } from '#common/workflow/place-order.ts'
import { presentState } from '#common/workflow/present-order.ts'
import { confirmOrder, recordOutcome } from '#common/workflow/record-outcome.ts'
import type { PlacedOrder, Store } from '#common/workflow/store.ts'
import { CallError } from '../http-client/call.ts'
import type { OrderTables } from './compensate.ts'
import type { PendingWork } from './pending-work.ts'
import type { Reservations } from './reserve-at-inventory.ts'
import type { SendNotification } from './send-at-notification.ts'

type Points = 'store-reserve' | 'reserve-store' | 'store-send' | 'send-store'

export type PlaceParts = {
  store: Store<OrderTables>
  isKnown(orderId: string): boolean
  reservations: Reservations
  send: SendNotification
  pendingWork: Omit<PendingWork, 'ended'>
  crashPoints: Record<Points, CrashPoint>
}

export function placeAndRespond(parts: PlaceParts): Handler<Order, Placed> {
  const { store, isKnown, reservations, pendingWork, crashPoints } = parts
  return async (order, { correlationId, log }) => {
    const { orderId } = order
    const place = () => storeAndReserve(parts, order, { correlationId, log })
    // A repeated key needs no inventory: it is answered by the orders table, however many orders wait.
    const { placed, isNew } = await (isKnown(orderId) ? place() : reservations.admit(place))
    if (!isNew) return { isNew, view: presentState(placed) }
    crashPoints['reserve-store']()
    pendingWork.confirming.add(orderId)
    let notification: 'sent' | 'pending' = 'pending'
    try {
      const isReserved = store.transact(tx => recordOutcome(tx, orderId, { status: 'reserved' }))
      await storedOrUnknown(parts, orderId, isReserved)
      crashPoints['store-send']()
      notification = await confirm(parts, order, { correlationId, log })
      return { isNew, view: { orderId, status: 'reserved', notification } }
    } finally {
      if (notification === 'pending') leaveToWorker(parts, orderId)
    }
  }
}

/** A new order is reserved when this resolves. @throws LabError the answer to the client when it is not */
async function storeAndReserve(
  parts: PlaceParts,
  order: Order,
  { correlationId, log }: Pick<Context, 'correlationId' | 'log'>,
): Promise<{ placed: PlacedOrder; isNew: boolean }> {
  const { orderId } = order
  const happened = { correlationId, occurredAt: wallTime() }
  const stored = await parts.store.transact(tx => placeOrder(tx, order, happened))
  if (!stored.isNew) return stored
  log.info({ orderId }, 'placed')
  parts.crashPoints['store-reserve']()
  try {
    await parts.reservations.reserve(order, correlationId)
  } catch (error) {
    throw await failAndRelease(parts, orderId, error)
  }
  return stored
}

/** The order is reserved, and stored so: whatever fails here, a worker confirms it later. */
async function confirm(
  parts: PlaceParts,
  order: Order,
  { correlationId, log }: Pick<Context, 'correlationId' | 'log'>,
): Promise<'sent' | 'pending'> {
  const { orderId } = order
  const notYet = (error: unknown) => log.warn({ orderId, error: asLabError(error).detail }, 'not confirmed yet')
  try {
    await parts.send(order, correlationId)
  } catch (error) {
    notYet(error)
    return 'pending'
  }
  parts.crashPoints['send-store']()
  // The notification is on its own service's disk, so the answer does not wait until the orders table says so too. Where
  // that write is lost the worker sends again, and notification_service recognises the order.
  parts.store
    .transact(tx => confirmOrder(tx, orderId))
    .then(() => log.info({ orderId }, 'confirmed'))
    .catch(notYet)
    .finally(() => leaveToWorker(parts, orderId))
  return 'sent'
}

/** From here on the worker confirms the order, unless it is stored as confirmed. */
function leaveToWorker({ pendingWork }: PlaceParts, orderId: string): void {
  pendingWork.confirming.delete(orderId)
  pendingWork.notify()
}

/** Fails the order; where inventory may have acted its release is pending. Returns the answer to the client. */
async function failAndRelease(parts: PlaceParts, orderId: string, error: unknown): Promise<LabError> {
  const { code, detail } = asLabError(error)
  const mayHaveActed = !(error instanceof CallError) || error.mayHaveActed
  const isFailed = parts.store.transact(tx => {
    recordOutcome(tx, orderId, { status: 'failed', reason: code })
    if (mayHaveActed) tx.addPendingRelease(orderId)
  })
  await storedOrUnknown(parts, orderId, isFailed)
  if (mayHaveActed) parts.pendingWork.notify()
  return new LabError(code, `${detail}; the order has failed`, { orderId, cause: error, isFinal: true })
}

/**
 * A store that fails after inventory was called leaves the outcome open: its own 503 would say that nothing happened.
 * The order is compensated as soon as the store takes it.
 */
async function storedOrUnknown({ pendingWork }: PlaceParts, orderId: string, stored: Promise<unknown>): Promise<void> {
  try {
    await stored
  } catch (error) {
    pendingWork.toCompensate.add(orderId)
    pendingWork.notify()
    const detail = `the outcome could not be stored, and the order will be failed and released: ${asLabError(error).detail}`
    throw new LabError('deadline-passed', detail, { orderId, cause: error })
  }
}
