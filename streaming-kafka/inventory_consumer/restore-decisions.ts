// Restores decisions from the InventoryEvents stream: a store that is empty, or older than the log, gets the decisions
// and the stock that they took, before the service decides again. A known decision stays as it is.
import type { Outcome } from '#common/contracts/order.ts'
import type { StockTx } from '#common/workflow/store.ts'
import { applyDecision } from '#common/workflow/reserve-stock.ts'
import type { LogRecord } from '../broker/record.ts'
import { orUndefined, readInventoryEvent } from '../messaging/read-event.ts'

export function restoreDecision(tx: StockTx, record: LogRecord): void {
  const event = orUndefined(readInventoryEvent, record)
  if (!event || tx.findDecision(event.data.orderId)) return
  const { orderId, userId, kitchenId, items } = event.data
  const order = { orderId, userId, kitchenId, items }
  const outcome: Outcome =
    event.type === 'InventoryReserved' ? { status: 'reserved' } : { status: 'failed', reason: event.data.reason }
  tx.openKitchen(kitchenId)
  applyDecision(tx, order, outcome, event)
}
