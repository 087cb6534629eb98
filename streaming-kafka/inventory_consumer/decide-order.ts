// The shell of inventory_consumer around the decision on an order:
//
//   await produce(await decide(order)), and then messaging/consume.ts stores the position and commits the offset
//
// Guarantees: the decision and the position in the log are on disk before the event is produced. The same order again
// (after a crash, as a duplicate, after a reset of offsets) produces the same event, byte for byte, and takes no stock.
import type { Order } from '#common/contracts/order.ts'
import type { CrashPoint } from '#common/faults/fault-injector.ts'
import { decideOrder } from '#common/service/decide-order.ts'
import type { Handler } from '#common/service/handler.ts'
import type { PositionsTables } from '#common/stores/positions.ts'
import type { Store, StockTx } from '#common/workflow/store.ts'
import { eventRecord, type LogRecord } from '../broker/record.ts'
import type { KafkaConnection } from '../messaging/connection.ts'
import { storePosition, type WorkProgress } from '../messaging/work-progress.ts'

/** An order and the record that carried it. Its ids are here for the faults that select by them. */
export type OrderRecord = Pick<Order, 'orderId' | 'userId' | 'kitchenId'> & { order: Order; record: LogRecord }

type Parts = {
  kafka: Pick<KafkaConnection, 'producer' | 'topics'>
  store: Store<StockTx & PositionsTables>
  progress: WorkProgress
  afterCommit: CrashPoint
  afterProduce: CrashPoint
}

export function decideAndProduce(parts: Parts): Handler<OrderRecord, void> {
  const { kafka, store, progress, afterCommit, afterProduce } = parts
  const decide = decideOrder(store)
  return async ({ order, record }, context) => {
    const event = await decide(order, context, tx => storePosition(tx, progress, record))
    afterCommit()
    await kafka.producer.send(eventRecord(kafka.topics.inventoryEvents, event))
    afterProduce()
  }
}
