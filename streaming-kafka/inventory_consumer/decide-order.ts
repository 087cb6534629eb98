// Decides an order, stores the decision with the position in the log, produces the stored outcome, and only then is
// done; the offset follows. Guarantees: asked again (a crash, a copy, a reset of offsets) it produces the same event,
// byte for byte, and takes no stock again.
import { inventoryEvent } from '#common/contracts/events.ts'
import type { Order } from '#common/contracts/order.ts'
import type { CrashPoint } from '#common/faults/crash.ts'
import { wallTime } from '#common/contracts/clock.ts'
import type { Handler } from '#common/service/handler.ts'
import type { PositionsTables } from '#common/stores/positions.ts'
import { reserveStock, standingOutcome } from '#common/workflow/reserve-stock.ts'
import type { Store, StockTx } from '#common/workflow/store.ts'
import type { WorkProgress } from '../messaging/work-progress.ts'
import { jsonRecord, type LogRecord } from '../broker/record.ts'
import type { KafkaConnection } from '../messaging/connection.ts'

/** An order and the record that carried it. `orderId` and `userId` stand out for the faults that choose by them. */
export type OrderRecord = { orderId: string; userId: string; order: Order; record: LogRecord }

export type DecideParts = {
  kafka: Pick<KafkaConnection, 'producer' | 'topics'>
  store: Store<StockTx & PositionsTables>
  progress: WorkProgress
  afterCommit: CrashPoint
  afterProduce: CrashPoint
}

export function decide(parts: DecideParts): Handler<OrderRecord, void> {
  const { kafka, store, progress, afterCommit, afterProduce } = parts
  return async ({ order, record }, { correlationId, log }) => {
    const { topic, partition } = record
    const happened = { correlationId, occurredAt: wallTime() }
    const { decision, isNew } = await store.transact(tx => {
      // All before the lowest unfinished order is decided and produced, so this position is true whatever follows.
      tx.setPosition(topic, partition, progress.next(topic, partition) ?? record.offset)
      return reserveStock(tx, order, happened)
    })
    afterCommit()
    const outcome = standingOutcome(decision)
    const event = inventoryEvent(decision.order ?? order, outcome, decision)
    await kafka.producer.send(jsonRecord(kafka.topics.inventoryEvents, order.kitchenId, event, decision.correlationId))
    afterProduce()
    log.info({ orderId: order.orderId, outcome, isNew }, 'decided')
  }
}
