// Records the results of inventory: the order's status follows its event. The first outcome counts, a repeat changes
// nothing.
import type { InventoryEvent } from '#common/contracts/events.ts'
import type { Handler } from '#common/service/handler.ts'
import { recordOutcome } from '#common/workflow/record-outcome.ts'
import type { OrdersTx, Store } from '#common/workflow/store.ts'

/** An event of an order that is not in this store is logged and acknowledged: another order service placed it. */
export function recordOutcomeOf(store: Store<OrdersTx>): Handler<InventoryEvent, void> {
  return async (event, { log }) => {
    const { orderId } = event.data
    const outcome =
      event.type === 'InventoryReserved'
        ? ({ status: 'reserved' } as const)
        : ({ status: 'failed', reason: event.data.reason } as const)
    const placed = await store.transact(tx => recordOutcome(tx, orderId, outcome))
    if (placed) log.info({ orderId, status: placed.status }, 'decided')
    else log.warn({ orderId }, 'a result of an order that is not in this store')
  }
}
