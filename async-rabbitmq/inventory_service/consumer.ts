// Reserves stock for every OrderPlaced, exactly once in its effects.
//
// Why idempotency. RabbitMQ delivers at least once: a message comes again when this process dies before its ack, when
// the connection breaks, when the relay of the order service publishes again what it could not see confirmed, when a
// retry or a refreshed copy and its original are both read, and when somebody redrives a dead letter. None of this can
// be switched off; "exactly once" has to be made here, out of at-least-once and a memory that survives.
//
// How. The key is the `orderId`, not the id of the message or of the event: the same order may be told of by another
// message, and two deliveries of one order must meet in one place. In ONE synced transaction (reserve-stock.ts)
//
//   1. look the order up in the inbox (the table of decisions);
//   2. found, same content:    take that decision, change nothing;
//      found, other content:   `order-conflict`, a dead letter: it decides nothing;
//      not found:              check and take the stock, all lines or none, and write the decision.
//
// so that there is no moment at which the stock is taken and the inbox does not know it. A memory in the process, or an
// inbox written before or after the stock in a transaction of its own, would lose or double orders at exactly the crash
// for which it was built.
//
// Only then is the outcome published, and only when that is confirmed is the message acked:
//
//   commit ──▶ publish (confirmed, mandatory) ──▶ ack
//          │                                  └─ dies here: delivered again, the inbox knows it, published again
//          └─ dies here: delivered again, the inbox knows it, published for the first time
//
// The event is made from the stored decision alone, with an id that follows from the order: published again it is the
// same event, byte for byte, and its readers (order_service, notification_service) know it by the order.
//
// What this does not give: an order of messages, or a bound on how often an outcome is published.
import { inventoryEvent, type InventoryEvent } from '#common/contracts/events.ts'
import type { Order } from '#common/contracts/order.ts'
import type { CrashPoint } from '#common/faults/crash.ts'
import { wallTime } from '#common/contracts/clock.ts'
import type { Handler } from '#common/service/handler.ts'
import { reserveStock } from '#common/workflow/reserve-stock.ts'
import type { Store, StockTx } from '#common/workflow/store.ts'
import type { RepeatsTables } from './repeats.ts'

/** Decides an order, now or before, and returns the event that says so. */
export function decide(
  store: Store<StockTx & Pick<RepeatsTables, 'appendRepeat'>>,
  crashPoint: CrashPoint,
): Handler<Order, InventoryEvent> {
  return async (order, { correlationId, log }) => {
    const happened = { correlationId, occurredAt: wallTime() }
    const { decision, isNew } = await store.transact(tx => {
      const result = reserveStock(tx, order, happened)
      if (!result.isNew) tx.appendRepeat(order.orderId)
      return result
    })
    crashPoint()
    log.info({ orderId: order.orderId, outcome: decision.outcome, isNew }, 'decided')
    return inventoryEvent(order, decision.outcome, decision)
  }
}
