// Whether the store holds every order that this service has accepted, so that it may take orders before it has read the
// log. Only with the outbox an order is in the store before anywhere else. Guarantees: a store that is new, was wiped, or
// has served without the outbox has no bootstrap marker until it has been filled from the log to the end.
// Not promised: that an old backup of the store, put in its place, is noticed.
import type { DatabaseSync } from 'node:sqlite'

export type BootstrapTables = {
  isBootstrapped(): boolean
  setBootstrapped(isBootstrapped: boolean): void
}

export function bootstrapTables(db: DatabaseSync): BootstrapTables {
  db.exec('CREATE TABLE IF NOT EXISTS bootstrapped (mark INTEGER PRIMARY KEY CHECK (mark = 1)) STRICT')
  const find = db.prepare('SELECT mark FROM bootstrapped')
  const insert = db.prepare('INSERT OR IGNORE INTO bootstrapped VALUES (1)')
  const remove = db.prepare('DELETE FROM bootstrapped')
  return {
    isBootstrapped: () => find.get() !== undefined,
    setBootstrapped: isBootstrapped => void (isBootstrapped ? insert : remove).run(),
  }
}
