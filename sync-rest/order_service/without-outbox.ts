// `POST /order` without the outbox: the answer waits for inventory and carries the outcome (place-order.ts says what that
// guarantees). Both peers are behind breakers.
import { refuseLeftovers } from '#common/stores/outbox.ts'
import { noBreaker, openBreaker } from './breaker.ts'
import type { IntakeParts, OrderIntake } from './order-intake.ts'
import { placeAndRespond } from './place-order.ts'
import { openReservations } from './reserve-at-inventory.ts'
import { sendWhileAble } from './send-at-notification.ts'

/** @throws LabError `unavailable` when accepted orders of an outbox are left in the store */
export function withoutOutbox(parts: IntakeParts): OrderIntake {
  const { config, store, inventory, send, faultInjector, health, occupancy } = parts
  refuseLeftovers(store.peek)
  const { CONCURRENCY: concurrency, RESERVE_DEADLINE_MS: deadlineMs } = config
  const breakerFor = (peer: string) =>
    config.BREAKER === 'on'
      ? openBreaker({ peer, failures: config.BREAKER_FAILURES, openMs: config.BREAKER_OPEN_MS, health })
      : noBreaker
  const places = occupancy.places('CONCURRENCY', concurrency)
  const place = placeAndRespond({
    ...parts,
    isKnown: orderId => store.peek.findOrder(orderId) !== undefined,
    reservations: openReservations(inventory, breakerFor('inventory'), { deadlineMs, concurrency, places }),
    send: sendWhileAble(send, breakerFor('notification'), concurrency),
    crashPoints: {
      'store-reserve': faultInjector.crashPoint('store-reserve'),
      'reserve-store': faultInjector.crashPoint('reserve-store'),
      'store-send': faultInjector.crashPoint('store-send'),
      'send-store': faultInjector.crashPoint('send-store'),
    },
  })
  return { place, status: { isNew: 201, repeated: 201 }, ended: Promise.resolve() }
}
