// Decide an order: the one handler of inventory, for whatever carried the order here.
// It returns the event that says what was decided. The shell around it performs the transport, and only then lets go of
// what carried the order: respond, publish and ack, produce and commit the offset.
// Guarantees: the event was on disk before it is returned, and is made from the stored decision alone: an order that
// comes again gets the same event, byte for byte, and takes no stock again.
// Not promised: that the event reaches anybody. A crash between this and the transport is the shell's to repeat.
import { wallTime } from '../contracts/clock.ts'
import { inventoryEvent, type InventoryEvent } from '../contracts/events.ts'
import type { Order } from '../contracts/order.ts'
import { reserveStock, standingOutcome } from '../workflow/reserve-stock.ts'
import type { StockTx, Store } from '../workflow/store.ts'
import type { Context } from './handler.ts'

/**
 * What a model keeps in the transaction of a decision: RabbitMQ a repeat, Kafka its position in the log. `isNew` is
 * false when the order was decided before.
 */
export type AlsoStore<Tx> = (tx: Tx, decided: { orderId: string; isNew: boolean }) => void

/** A `Handler<Order, InventoryEvent>`. `alsoStore` comes with each order, because it may speak of its message. */
export type DecideOrder<Tx> = (order: Order, context: Context, alsoStore?: AlsoStore<Tx>) => Promise<InventoryEvent>

/** @throws LabError `order-conflict` or `store-failed`; then nothing was decided, and `alsoStore` kept nothing. */
export function decideOrder<Tx extends StockTx>(store: Store<Tx>): DecideOrder<Tx> {
  return async (order, { correlationId, log }, alsoStore) => {
    const { orderId } = order
    const happened = { correlationId, occurredAt: wallTime() }
    const { decision, isNew } = await store.transact(tx => {
      const result = reserveStock(tx, order, happened)
      alsoStore?.(tx, { orderId, isNew: result.isNew })
      return result
    })
    const outcome = standingOutcome(decision)
    log.info({ orderId, outcome, isNew }, 'decided')
    return inventoryEvent(decision.order ?? order, outcome, decision)
  }
}
