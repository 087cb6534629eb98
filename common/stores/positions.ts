// How far a service has read each partition of a log, stored in one transaction with the effects of the records; and which
// log that is: the ids of its topics, and the leader epoch of the last record, which is another where records were lost.
import type { DatabaseSync } from 'node:sqlite'

export type PositionsTables = {
  /** The next offset to read; undefined when nothing of the partition was read. */
  position(topic: string, partition: number): bigint | undefined
  /** The epoch of the last record before the position; -1 when it is not known. */
  epoch(topic: string, partition: number): number
  setPosition(topic: string, partition: number, next: bigint, epoch: number): void
  /** Forgets what was read, and not which log it was. */
  forgetPositions(): void
  /** The id of the topic that the positions belong to; undefined when nothing of it was read. */
  topicId(topic: string): string | undefined
  setTopicId(topic: string, id: string): void
}

export function positionsTables(db: DatabaseSync): PositionsTables {
  db.exec(
    'CREATE TABLE IF NOT EXISTS positions (topic TEXT, partition INTEGER, next INTEGER NOT NULL, PRIMARY KEY (topic, partition)) STRICT',
  )
  // A store of an earlier version has positions without epochs.
  if (!db.prepare("SELECT 1 FROM pragma_table_info('positions') WHERE name = 'epoch'").get())
    db.exec('ALTER TABLE positions ADD COLUMN epoch INTEGER NOT NULL DEFAULT -1')
  db.exec('CREATE TABLE IF NOT EXISTS topic_ids (topic TEXT PRIMARY KEY, id TEXT NOT NULL) STRICT')
  const find = db.prepare('SELECT next, epoch FROM positions WHERE topic = ? AND partition = ?')
  const set = db.prepare(`INSERT INTO positions (topic, partition, next, epoch) VALUES (?, ?, ?, ?)
    ON CONFLICT DO UPDATE SET next = excluded.next, epoch = excluded.epoch`)
  const forget = db.prepare('DELETE FROM positions')
  const findId = db.prepare('SELECT id FROM topic_ids WHERE topic = ?')
  const setId = db.prepare('INSERT INTO topic_ids VALUES (?, ?) ON CONFLICT DO UPDATE SET id = excluded.id')
  return {
    position(topic, partition) {
      const next = find.get(topic, partition)?.next
      return next === undefined ? undefined : BigInt(next as number)
    },
    epoch: (topic, partition) => (find.get(topic, partition)?.epoch ?? -1) as number,
    setPosition: (topic, partition, next, epoch) => void set.run(topic, partition, next, epoch),
    forgetPositions: () => void forget.run(),
    topicId: topic => findId.get(topic)?.id as string | undefined,
    setTopicId: (topic, id) => void setId.run(topic, id),
  }
}
