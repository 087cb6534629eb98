// A mark in a store: something that was once true of it, and is remembered.
import type { DatabaseSync } from 'node:sqlite'

export type Mark = { isSet(): boolean; set(isSet: boolean): void }

/** A mark is set by the row of its table. */
export function markTable(db: DatabaseSync, name: 'bootstrapped' | 'filled' | 'reader' | 'outdated'): Mark {
  db.exec(`CREATE TABLE IF NOT EXISTS ${name} (mark INTEGER PRIMARY KEY CHECK (mark = 1)) STRICT`)
  const find = db.prepare(`SELECT mark FROM ${name}`)
  const insert = db.prepare(`INSERT OR IGNORE INTO ${name} VALUES (1)`)
  const remove = db.prepare(`DELETE FROM ${name}`)
  return { isSet: () => find.get() !== undefined, set: isSet => void (isSet ? insert : remove).run() }
}
