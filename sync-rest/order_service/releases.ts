// The orders whose stock must be given back: kept with the failure of the order, until inventory has acknowledged.
import type { DatabaseSync } from 'node:sqlite'

export type ReleasesTables = {
  oweRelease(orderId: string): void
  owedReleases(): string[]
  releaseDone(orderId: string): void
}

export function releasesTables(db: DatabaseSync): ReleasesTables {
  db.exec('CREATE TABLE IF NOT EXISTS releases (orderId TEXT PRIMARY KEY) STRICT')
  const insert = db.prepare('INSERT OR IGNORE INTO releases (orderId) VALUES (?)')
  const select = db.prepare('SELECT orderId FROM releases')
  const remove = db.prepare('DELETE FROM releases WHERE orderId = ?')
  return {
    oweRelease: orderId => void insert.run(orderId),
    owedReleases: () => select.all().map(row => String(row.orderId)),
    releaseDone: orderId => void remove.run(orderId),
  }
}
