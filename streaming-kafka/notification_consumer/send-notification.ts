// Sends the notification of a reserved order: one record in the notifications topic, however often it is asked.
// Guarantees: before the first send the whole topic was read, so what was sent and not noted (a crash in between, a lost
// store) is known; two copies of an event at once send once, and so does an event whose
// store could not be written: what was sent and not stored is remembered here until it is. A real e-mail gateway could not promise this: it would be
// at least once.
import type { InventoryReserved } from '#common/contracts/events.ts'
import type { CrashPoint } from '#common/faults/crash.ts'
import { monotonicNs, wallTime } from '#common/contracts/clock.ts'
import type { Handler } from '#common/service/handler.ts'
import type { ServiceStore } from '#common/stores/store.ts'
import type { WorkProgress } from '../messaging/work-progress.ts'
import { jsonRecord, type LogRecord } from '../broker/record.ts'
import type { KafkaConnection } from '../messaging/connection.ts'
import type { NotificationSent } from './notification-record.ts'
import type { SentTables } from './tables.ts'

/** The event and its record. `orderId` and `userId` stand out for the faults that choose by them. */
export type Reserved = { orderId: string; userId: string; event: InventoryReserved; record: LogRecord }

export type SendParts = {
  kafka: Pick<KafkaConnection, 'producer' | 'topics'>
  store: ServiceStore<SentTables>
  progress: WorkProgress
  afterProduce: CrashPoint
  afterStore: CrashPoint
}

export function send({ kafka, store, progress, afterProduce, afterStore }: SendParts): Handler<Reserved, void> {
  const underWay = new Map<string, Promise<void>>()

  async function produce(order: NotificationSent['order'], correlationId: string): Promise<void> {
    const sent = { order, correlationId, occurredAt: wallTime(), sentNs: monotonicNs() } satisfies NotificationSent
    await kafka.producer.send(jsonRecord(kafka.topics.notifications, order.kitchenId, sent, correlationId))
    afterProduce()
  }

  return async ({ orderId, event, record }, { correlationId, log }) => {
    const isNew = !store.read.wasSent(orderId) && !underWay.has(orderId)
    if (isNew) underWay.set(orderId, produce(event.data, correlationId))
    try {
      await underWay.get(orderId)
    } catch (error) {
      underWay.delete(orderId)
      throw error
    }
    await store.transact(tx => {
      tx.confirm(orderId)
      const { topic, partition, offset } = record
      tx.setPosition(topic, partition, progress.next(topic, partition) ?? offset)
    })
    underWay.delete(orderId)
    afterStore()
    log.info({ orderId, isNew }, 'sent')
  }
}
