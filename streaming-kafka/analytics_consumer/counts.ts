// The store of analytics_consumer (the counts, the ids of counted events, and the number of records read of each
// partition), and how a record is counted in it. One transaction writes the counts together with the positions, so the
// numbers are exact across crashes.
import { orUndefined } from '#common/messaging/read-event.ts'
import type { DatabaseSync } from 'node:sqlite'
import { Type, type Static } from '#common/contracts/type.ts'
import type { InventoryEvent, OrderPlaced } from '#common/contracts/events.ts'
import { metricsTables } from '#common/stores/metrics.ts'
import { positionsTables, type PositionsTables } from '#common/stores/positions.ts'
import { readStored } from '#common/stores/rows.ts'
import { countEvents } from '#common/workflow/compute-metrics.ts'
import type { MetricsTx } from '#common/workflow/store.ts'
import { type LogRecord, readInventoryEvent, readOrderPlaced } from '../broker/record.ts'
import type { TopicNames } from '../messaging/topics.ts'

const Count = Type.Integer({ minimum: 0 })

/** The metrics that follow from the counts, as `metrics.json` has them. */
export const MetricsView = Type.Object({
  failureRate: Type.Union([Type.Number(), Type.Null()]),
  orders: Count,
  ordersPerMinute: Type.Record(Type.String(), Count),
  outcomes: Type.Object({ failed: Count, reserved: Count }),
})

/** `next`: the offset to read next. `records`: those that were read, with the poison among them. */
const PartitionRead = Type.Object({
  topic: Type.String(),
  partition: Count,
  next: Count,
  records: Count,
  poison: Count,
})
export type PartitionRead = Static<typeof PartitionRead>

/** `metricsFile` is null when none was written yet. */
export const ProgressView = Type.Object({
  partitions: Type.Array(PartitionRead),
  metricsFile: Type.Union([Type.Object({ bytes: Count, sha256: Type.String() }), Type.Null()]),
})
export type ProgressView = Static<typeof ProgressView>

export type AnalyticsTables = MetricsTx &
  PositionsTables & {
    countRead(topic: string, partition: number, read: { records: number; poison: number }): void
    reads(): PartitionRead[]
  }

export function analyticsTables(db: DatabaseSync): AnalyticsTables {
  const tables = { ...metricsTables(db), ...positionsTables(db) }
  db.exec(`CREATE TABLE IF NOT EXISTS reads (
    topic TEXT, partition INTEGER, records INTEGER NOT NULL, poison INTEGER NOT NULL, PRIMARY KEY (topic, partition)) STRICT`)
  const count = db.prepare(`INSERT INTO reads VALUES (?, ?, ?, ?)
    ON CONFLICT DO UPDATE SET records = records + excluded.records, poison = poison + excluded.poison`)
  const all =
    db.prepare(`SELECT topic, partition, next, records, poison FROM reads JOIN positions USING (topic, partition)
    ORDER BY topic, partition`)
  return {
    ...tables,
    countRead: (topic, partition, { records, poison }) => void count.run(topic, partition, records, poison),
    reads: () => all.all().map(row => readStored(PartitionRead, row, 'partition')),
  }
}

/**
 * Counts records: orders by the minute of event time, outcomes by their status, each order once. Poison is counted as
 * read and changes nothing else: the consumer that works on the topic dead-letters it.
 */
export const countInto =
  (topics: TopicNames) =>
  (tx: AnalyticsTables, records: readonly LogRecord[]): void => {
    const events: (OrderPlaced | InventoryEvent)[] = []
    const reads = new Map<string, Pick<PartitionRead, 'topic' | 'partition' | 'records' | 'poison'>>()
    for (const record of records) {
      const { topic, partition } = record
      const event = eventOf(topics, record)
      const place = `${partition}/${topic}`
      const read = reads.get(place) ?? { topic, partition, records: 0, poison: 0 }
      reads.set(place, read)
      read.records++
      if (event) events.push(event)
      else read.poison++
    }
    for (const { topic, partition, ...read } of reads.values()) tx.countRead(topic, partition, read)
    countEvents(tx, events)
  }

/** The event of a record; undefined for poison. */
export const eventOf = (topics: TopicNames, record: LogRecord) =>
  orUndefined<LogRecord, OrderPlaced | InventoryEvent>(
    record.topic === topics.orders ? readOrderPlaced : readInventoryEvent,
    record,
  )
