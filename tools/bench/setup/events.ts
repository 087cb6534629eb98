// The events of orders and of their outcomes, as records that the services of streaming-kafka write; async-rabbitmq publishes the same bodies.
import { inventoryEvent, orderPlaced } from '#common/contracts/events.ts'
import { eventRecord, headerBytes, type NewRecord } from '../../../streaming-kafka/broker/record.ts'
import { reservableOrders } from './services.ts'

/** The two events of each of so many orders, which were placed at 100 a second. */
export function eventsOf(runId: string, orders: number, topics: { orders: string; outcomes: string }): NewRecord[] {
  return reservableOrders(runId, orders).flatMap(({ index, orderId, userId, kitchenId, items }) => {
    const order = { orderId, userId, kitchenId, items }
    const happened = { correlationId: orderId, occurredAt: new Date(Date.UTC(2025, 0) + 10 * index).toISOString() }
    return [
      eventRecord(topics.orders, orderPlaced(order, happened)),
      eventRecord(topics.outcomes, inventoryEvent(order, { status: 'reserved' }, happened)),
    ]
  })
}

/** Of their values, on average. */
export const meanBytes = (records: readonly NewRecord[]): number =>
  Math.round(records.reduce((sum, { value }) => sum + (value?.byteLength ?? 0), 0) / records.length)

/** A text of as many bytes as the record has, for a tool whose records have neither key nor headers. */
export function padded({ key, value, headers = [] }: NewRecord): string {
  return String(value) + ' '.repeat((key?.length ?? 0) + headerBytes(headers))
}
