// Sends the notification of a reserved order: one record in the notifications topic, however often the event comes.
// Guarantees: the whole topic is read before the first send, so a notification that was sent and not stored (a crash in
// between, a lost store) is known. Two duplicates of an event at once send one notification. A notification that was sent
// but could not be stored is remembered in memory until it is stored.
// Not promised: the same for a real e-mail gateway. It would send at least once.
import type { InventoryReserved } from '#common/contracts/events.ts'
import type { CrashPoint } from '#common/faults/fault-injector.ts'
import { monotonicNs, wallTime } from '#common/contracts/clock.ts'
import type { Handler } from '#common/service/handler.ts'
import type { AcknowledgementTimes } from '#common/stores/kept-times.ts'
import type { ServiceStore } from '#common/stores/group-commit.ts'
import { storePosition, type WorkProgress } from '../messaging/work-progress.ts'
import { jsonRecord, type LogRecord } from '../broker/record.ts'
import type { KafkaConnection } from '../messaging/connection.ts'
import type { NotificationSent, SentTables } from './notifications.ts'

/** The event and its record. `orderId` and `userId` are here for the faults that select by them. */
export type Reserved = { orderId: string; userId: string; event: InventoryReserved; record: LogRecord }

export type SendParts = {
  kafka: Pick<KafkaConnection, 'producer' | 'topics'>
  store: ServiceStore<SentTables>
  progress: WorkProgress
  acknowledged: Pick<AcknowledgementTimes, 'note'>
  afterProduce: CrashPoint
  afterStore: CrashPoint
}

export function sendAndStore({
  kafka,
  store,
  progress,
  acknowledged,
  afterProduce,
  afterStore,
}: SendParts): Handler<Reserved, void> {
  const inFlight = new Map<string, Promise<void>>()

  async function produce(order: NotificationSent['order'], correlationId: string): Promise<void> {
    const sent = { order, correlationId, occurredAt: wallTime(), sentNs: monotonicNs() } satisfies NotificationSent
    await kafka.producer.send(jsonRecord(kafka.topics.notifications, order.kitchenId, sent))
    acknowledged.note(sent.sentNs, monotonicNs())
    afterProduce()
  }

  return async ({ orderId, event, record }, { correlationId, log }) => {
    const isNew = !store.peek.wasSent(orderId) && !inFlight.has(orderId)
    if (isNew) inFlight.set(orderId, produce(event.data, correlationId))
    try {
      await inFlight.get(orderId)
    } catch (error) {
      inFlight.delete(orderId)
      throw error
    }
    await store.transact(tx => {
      tx.confirm(orderId)
      storePosition(tx, progress, record)
    })
    inFlight.delete(orderId)
    afterStore()
    log.info({ orderId, isNew }, 'sent')
  }
}
