// The outbox: events that were stored in one transaction with the state they announce, until they are published.
import type { DatabaseSync } from 'node:sqlite'
import { LabError } from '../contracts/errors.ts'

export type OutboxEntry = { seq: number; body: string }

export type OutboxTables = {
  enqueue(body: string): void
  /** The first `limit` entries after `after`, in the sequence in which they were stored. */
  pendingEntries(after: number, limit: number): OutboxEntry[]
  dequeue(seq: number): void
}

export function outboxTables(db: DatabaseSync): OutboxTables {
  db.exec('CREATE TABLE IF NOT EXISTS outbox (seq INTEGER PRIMARY KEY AUTOINCREMENT, body TEXT NOT NULL) STRICT')
  const insert = db.prepare('INSERT INTO outbox (body) VALUES (?)')
  const select = db.prepare('SELECT seq, body FROM outbox WHERE seq > ? ORDER BY seq LIMIT ?')
  const remove = db.prepare('DELETE FROM outbox WHERE seq = ?')
  return {
    enqueue: body => void insert.run(body),
    pendingEntries: (after, limit) =>
      select.all(after, limit).map(row => ({ seq: Number(row.seq), body: String(row.body) })),
    dequeue: seq => void remove.run(seq),
  }
}

/** For a service without a relay. @throws LabError `unavailable` when there are events that nobody would publish. */
export function refuseLeftovers(outbox: OutboxTables): void {
  if (outbox.pendingEntries(0, 1).length === 0) return
  throw new LabError(
    'unavailable',
    'its outbox holds events of accepted orders; start it with OUTBOX=on until they are published',
  )
}
