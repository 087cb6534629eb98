// A service's store: its tables on one SQLite file, written through group commit, read directly.
import { join } from 'node:path'
import type { DatabaseSync } from 'node:sqlite'
import type { Store } from '../workflow/store.ts'
import { cannotOpen, openDatabase } from './database.ts'
import { groupCommit } from './group-commit.ts'

export type ServiceStore<Tx> = Store<Tx> & {
  /** Reads committed state. Never call a writing method here: it would bypass the group commit. */
  read: Tx
  close(): void
}

/**
 * Opens `<folder>/<name>.db`; `tables` creates the missing tables.
 * @throws LabError `unavailable` when the file cannot be opened or is held by another process.
 */
export function openStore<Tx>(folder: string, name: string, tables: (db: DatabaseSync) => Tx): ServiceStore<Tx> {
  const file = join(folder, `${name}.db`)
  const db = openDatabase(file)
  try {
    const tx = tables(db)
    return { ...groupCommit(db, tx), read: tx, close: () => db.close() }
  } catch (error) {
    // A damaged page shows only when it is read.
    db.close()
    throw cannotOpen(file, error)
  }
}
