// The name of a store. By it a broker that several instances share can tell whose is what.
// Guarantees: it is drawn when the store is new, and stays. Not promised: that a copy of the store has another one.
import { randomUUID } from 'node:crypto'
import type { DatabaseSync } from 'node:sqlite'

export type IdentityTables = { storeId: string }

export function identityTables(db: DatabaseSync): IdentityTables {
  db.exec('CREATE TABLE IF NOT EXISTS identity (storeId TEXT PRIMARY KEY) STRICT, WITHOUT ROWID')
  const find = db.prepare('SELECT storeId FROM identity')
  // Nothing is written to a store that has its name: its disk may be full.
  if (!find.get()) db.prepare('INSERT INTO identity VALUES (?)').run(randomUUID())
  return { storeId: String(find.get()?.storeId) }
}
