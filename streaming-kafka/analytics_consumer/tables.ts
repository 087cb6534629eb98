// The store of analytics_consumer: the counts, the ids of counted events, and the number of records read of each
// partition. One transaction writes them together with the positions, so the numbers are exact across crashes.
import type { DatabaseSync } from 'node:sqlite'
import { metricsTables } from '#common/stores/metrics.ts'
import { positionsTables, type PositionsTables } from '#common/stores/positions.ts'
import type { MetricsTx } from '#common/workflow/store.ts'

export type PartitionRead = { topic: string; partition: number; next: number; records: number; poison: number }

export type AnalyticsTables = MetricsTx &
  PositionsTables & {
    countRead(topic: string, partition: number, isPoison: boolean): void
    reads(): PartitionRead[]
  }

export function analyticsTables(db: DatabaseSync): AnalyticsTables {
  const tables = { ...metricsTables(db), ...positionsTables(db) }
  db.exec(`CREATE TABLE IF NOT EXISTS reads (
    topic TEXT, partition INTEGER, records INTEGER NOT NULL, poison INTEGER NOT NULL, PRIMARY KEY (topic, partition)) STRICT`)
  const count = db.prepare(`INSERT INTO reads VALUES (?, ?, 1, ?)
    ON CONFLICT DO UPDATE SET records = records + 1, poison = poison + excluded.poison`)
  const all =
    db.prepare(`SELECT topic, partition, next, records, poison FROM reads JOIN positions USING (topic, partition)
    ORDER BY topic, partition`)
  return {
    ...tables,
    countRead: (topic, partition, isPoison) => void count.run(topic, partition, isPoison ? 1 : 0),
    reads: () =>
      all.all().map(row => ({
        topic: String(row.topic),
        partition: Number(row.partition),
        next: Number(row.next),
        records: Number(row.records),
        poison: Number(row.poison),
      })),
  }
}
