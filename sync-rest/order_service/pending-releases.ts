// The orders whose stock must be given back: stored with the failure of the order, until inventory has acknowledged.
import type { DatabaseSync } from 'node:sqlite'
import type { PendingOrder } from '#common/stores/orders.ts'

export type PendingReleasesTables = {
  addPendingRelease(orderId: string): void
  /** The oldest after `after`. */
  pendingReleases(after: number, limit: number): PendingOrder[]
  removePendingRelease(orderId: string): void
}

export function pendingReleasesTables(db: DatabaseSync): PendingReleasesTables {
  db.exec('CREATE TABLE IF NOT EXISTS releases (orderId TEXT PRIMARY KEY) STRICT')
  const insert = db.prepare('INSERT OR IGNORE INTO releases (orderId) VALUES (?)')
  const select = db.prepare('SELECT rowid AS seq, orderId FROM releases WHERE rowid > ? ORDER BY rowid LIMIT ?')
  const remove = db.prepare('DELETE FROM releases WHERE orderId = ?')
  return {
    addPendingRelease: orderId => void insert.run(orderId),
    pendingReleases: (after, limit) => select.all(after, limit) as PendingOrder[],
    removePendingRelease: orderId => void remove.run(orderId),
  }
}
