// Whether the store holds every order that this service has accepted, so that it may take orders before it has read
// the log. Only the outbox makes it so: with it an order is in the store first. Guarantees: a store that is new, that was
// wiped, or that has served without the outbox is not whole until it has been filled from the log to the end.
// Does not notice that somebody put an old copy of the store in its place.
import type { DatabaseSync } from 'node:sqlite'

export type BootstrapTables = {
  isBootstrapped(): boolean
  setBootstrapped(isWhole: boolean): void
}

export function bootstrapTables(db: DatabaseSync): BootstrapTables {
  db.exec('CREATE TABLE IF NOT EXISTS whole (mark INTEGER PRIMARY KEY CHECK (mark = 1)) STRICT')
  const find = db.prepare('SELECT mark FROM whole')
  const insert = db.prepare('INSERT OR IGNORE INTO whole VALUES (1)')
  const remove = db.prepare('DELETE FROM whole')
  return {
    isBootstrapped: () => find.get() !== undefined,
    setBootstrapped: isWhole => void (isWhole ? insert : remove).run(),
  }
}
