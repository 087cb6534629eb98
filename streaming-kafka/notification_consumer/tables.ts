// The store of notification_consumer. The confirmed orders are the safeguard. The records of the notifications topic are
// the evidence, kept apart: one row per record, without a unique key on the order, so that a duplicate would show.
import type { DatabaseSync } from 'node:sqlite'
import type { NotificationRow } from '#common/contracts/evidence.ts'
import { pager, type Pager } from '#common/stores/rows.ts'
import { positionsTables, type PositionsTables } from '#common/stores/positions.ts'

export type SentTables = PositionsTables & {
  wasSent(orderId: string): boolean
  /** Stores that the order was confirmed. Repeating it is no error. */
  confirm(orderId: string): void
  /** Appends a record of the topic. */
  append(notification: { orderId: string; userId: string; sentNs: number }): void
  pageNotifications: Pager<NotificationRow>
}

export function sentTables(db: DatabaseSync): SentTables {
  db.exec(`CREATE TABLE IF NOT EXISTS confirmed (orderId TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS notifications (
      seq INTEGER PRIMARY KEY AUTOINCREMENT, orderId TEXT NOT NULL, userId TEXT NOT NULL, sentNs INTEGER NOT NULL) STRICT`)
  const find = db.prepare('SELECT 1 FROM confirmed WHERE orderId = ?')
  const confirm = db.prepare('INSERT OR IGNORE INTO confirmed (orderId) VALUES (?)')
  const append = db.prepare('INSERT INTO notifications (orderId, userId, sentNs) VALUES (?, ?, ?)')
  return {
    ...positionsTables(db),
    wasSent: orderId => find.get(orderId) !== undefined,
    confirm: orderId => void confirm.run(orderId),
    append: ({ orderId, userId, sentNs }) => void append.run(orderId, userId, sentNs),
    pageNotifications: pager<NotificationRow>(db, {
      table: 'notifications',
      columns: 'orderId, userId, sentNs',
    }),
  }
}
