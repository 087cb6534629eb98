// The orders whose stock must be given back: kept with the failure of the order, until inventory has acknowledged.
import type { DatabaseSync } from 'node:sqlite'
import type { OwedOrder } from '#common/stores/orders.ts'

export type ReleasesTables = {
  oweRelease(orderId: string): void
  /** The oldest after `after`. */
  owedReleases(after: number, limit: number): OwedOrder[]
  releaseDone(orderId: string): void
}

export function releasesTables(db: DatabaseSync): ReleasesTables {
  db.exec('CREATE TABLE IF NOT EXISTS releases (orderId TEXT PRIMARY KEY) STRICT')
  const insert = db.prepare('INSERT OR IGNORE INTO releases (orderId) VALUES (?)')
  const select = db.prepare('SELECT rowid AS seq, orderId FROM releases WHERE rowid > ? ORDER BY rowid LIMIT ?')
  const remove = db.prepare('DELETE FROM releases WHERE orderId = ?')
  return {
    oweRelease: orderId => void insert.run(orderId),
    owedReleases: (after, limit) => select.all(after, limit) as OwedOrder[],
    releaseDone: orderId => void remove.run(orderId),
  }
}
