// The notification service's store on SQLite: the confirmed orders (the safeguard) apart from the sent notifications (the evidence).
import type { DatabaseSync } from 'node:sqlite'
import type { StoredNotificationRow } from '../contracts/evidence.ts'
import type { NotificationsTx } from '../workflow/store.ts'
import { monotonicNs } from '../contracts/clock.ts'
import { pager, type Pager } from './rows.ts'

export type NotificationsTables = NotificationsTx & { pageNotifications: Pager<StoredNotificationRow> }

export function notificationsTables(db: DatabaseSync): NotificationsTables {
  db.exec(`CREATE TABLE IF NOT EXISTS confirmed (orderId TEXT PRIMARY KEY) STRICT;
    CREATE TABLE IF NOT EXISTS notifications (
      seq INTEGER PRIMARY KEY, orderId TEXT NOT NULL, userId TEXT NOT NULL, sentNs REAL NOT NULL) STRICT`)
  const find = db.prepare('SELECT 1 FROM confirmed WHERE orderId = ?')
  const confirm = db.prepare('INSERT INTO confirmed (orderId) VALUES (?)')
  const append = db.prepare('INSERT INTO notifications (orderId, userId, sentNs) VALUES (?, ?, ?)')
  return {
    wasSent: orderId => find.get(orderId) !== undefined,
    append({ orderId, userId }) {
      confirm.run(orderId)
      append.run(orderId, userId, monotonicNs())
    },
    pageNotifications: pager<StoredNotificationRow>(db, {
      table: 'notifications',
      columns: 'orderId, userId, sentNs',
    }),
  }
}
