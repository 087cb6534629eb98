// `POST /order` with the outbox (place-with-outbox.ts says what that guarantees): the relay reserves each stored order at
// inventory, and asks again until that has decided, however long it is away.
// Guarantees: an order that was answered 202 is decided by inventory alone. No deadline fails it, so that nothing is released.
// An order at which inventory fails, or for which it takes too long, holds up the later ones of its kitchen until it is decided, and no
// others. While inventory takes no connections all wait, and some ask now and then.
import { deadlineIn } from '#common/contracts/clock.ts'
import type { ErrorCode } from '#common/contracts/errors.ts'
import { ReserveAnswer } from '#common/contracts/http.ts'
import type { Order } from '#common/contracts/order.ts'
import { openAdmission } from '#common/service/admission.ts'
import { startRelayByKitchen } from '#common/service/outbox-relay.ts'
import { placeWithOutbox } from '#common/service/place-with-outbox.ts'
import { type OrderOutcome, recordOutcome } from '#common/workflow/record-outcome.ts'
import { call, CallError, type Peer } from '../http-client/call.ts'
import type { IntakeParts, OrderIntake } from './order-intake.ts'

export function withOutbox({ config, inventory, pendingWork, faultInjector, ...parts }: IntakeParts): OrderIntake {
  const { store, occupancy } = parts
  const places = occupancy.places('CONCURRENCY', config.CONCURRENCY)
  const relay = startRelayByKitchen({
    ...parts,
    publish({ data: order, correlationId }) {
      places.enter()
      return outcomeAt(inventory, order, correlationId, config.RESERVE_DEADLINE_MS).finally(places.leave)
    },
    keep: (tx, { data: { orderId } }, outcome) => void recordOutcome(tx, orderId, outcome),
    onRemoved: pendingWork.notify,
    stopsAll: error => error instanceof CallError && error.code === 'unavailable',
    window: config.CONCURRENCY,
    // It takes orders while inventory is away, and so it is healthy.
    health: { ...parts.health, report: parts.health.warn },
    crashPoint: faultInjector.crashPoint('reserve-store'),
  })
  const place = placeWithOutbox({
    store,
    admit: openAdmission({ ...parts, config, undecided: store.peek.undecided }),
    notifyRelay: relay.notify,
    afterStore: faultInjector.crashPoint('store-reserve'),
  })
  return { place, status: { isNew: 202, repeated: 200 }, ended: relay.ended }
}

/** What inventory decides against an order for ever. A 400 is none: it may come after an attempt that took the stock. */
const DECISIONS = new Set<ErrorCode>(['out-of-stock', 'unknown-sku', 'released', 'order-conflict'])

/** @throws CallError when inventory has not decided, for all that is known here: it gives the same answer when it is asked again */
async function outcomeAt(
  inventory: Peer,
  order: Order,
  correlationId: string,
  deadlineMs: number,
): Promise<OrderOutcome> {
  const { signal, clear } = deadlineIn(deadlineMs)
  try {
    await call(inventory, { path: '/reserve', body: order, answer: ReserveAnswer, correlationId, signal })
    return { status: 'reserved' }
  } catch (error) {
    if (error instanceof CallError && DECISIONS.has(error.code)) return { status: 'failed', reason: error.code }
    throw error
  } finally {
    clear()
  }
}
