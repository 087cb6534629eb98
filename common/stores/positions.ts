// How far a service has read each partition of a log, stored in one transaction with the effects of the records.
import type { DatabaseSync } from 'node:sqlite'

export type PositionsTables = {
  /** The next offset to read; undefined when nothing of the partition was read. */
  position(topic: string, partition: number): bigint | undefined
  setPosition(topic: string, partition: number, next: bigint): void
}

export function positionsTables(db: DatabaseSync): PositionsTables {
  db.exec(
    'CREATE TABLE IF NOT EXISTS positions (topic TEXT, partition INTEGER, next INTEGER NOT NULL, PRIMARY KEY (topic, partition)) STRICT',
  )
  const find = db.prepare('SELECT next FROM positions WHERE topic = ? AND partition = ?')
  const set = db.prepare('INSERT INTO positions VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET next = excluded.next')
  return {
    position(topic, partition) {
      const next = find.get(topic, partition)?.next
      return next === undefined ? undefined : BigInt(next as number)
    },
    setPosition: (topic, partition, next) => void set.run(topic, partition, next),
  }
}
