// The notifications that were sent: the records of the notifications topic, and the store that is materialized from them.
// The confirmed orders are the safeguard. The records are the evidence, kept apart: one row per record, without a unique
// key on the order, so that a duplicate would show.
import { orUndefined } from '#common/messaging/read-event.ts'
import type { DatabaseSync } from 'node:sqlite'
import { Type, type Static } from '#common/contracts/type.ts'
import { LabError } from '#common/contracts/errors.ts'
import { MAX_MESSAGE_BYTES } from '#common/contracts/events.ts'
import type { StoredNotificationRow } from '#common/contracts/evidence.ts'
import { Order } from '#common/contracts/order.ts'
import { closedObject, parse, parseJson } from '#common/contracts/parse.ts'
import { pager, type Pager } from '#common/stores/rows.ts'
import { positionsTables, type PositionsTables } from '#common/stores/positions.ts'
import { checkReadable, type LogRecord } from '../broker/record.ts'

const Text = Type.String({ minLength: 1 })

/** `sentNs`: when it was handed to the producer, on the monotonic clock of the sending machine. */
const NotificationSent = closedObject({ order: Order, correlationId: Text, occurredAt: Text, sentNs: Type.Number() })
export type NotificationSent = Static<typeof NotificationSent>

/** @throws LabError `malformed` or `too-large` */
export function readNotification(record: LogRecord): NotificationSent {
  checkReadable(record)
  const { value } = record
  if (value === null || value.byteLength > 2 * MAX_MESSAGE_BYTES)
    throw new LabError(value === null ? 'malformed' : 'too-large', 'the record is not a notification')
  return parse(NotificationSent, parseJson(value, 'the record'), 'notification')
}

export type SentTables = PositionsTables & {
  wasSent(orderId: string): boolean
  /** Stores that the order was confirmed. Repeating it is no error. */
  confirm(orderId: string): void
  /** Appends a record of the topic. */
  append(notification: { orderId: string; userId: string; sentNs: number }): void
  pageNotifications: Pager<StoredNotificationRow>
}

export function sentTables(db: DatabaseSync): SentTables {
  db.exec(`CREATE TABLE IF NOT EXISTS confirmed (orderId TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS notifications (
      seq INTEGER PRIMARY KEY AUTOINCREMENT, orderId TEXT NOT NULL, userId TEXT NOT NULL, sentNs REAL NOT NULL) STRICT`)
  const find = db.prepare('SELECT 1 FROM confirmed WHERE orderId = ?')
  const confirm = db.prepare('INSERT OR IGNORE INTO confirmed (orderId) VALUES (?)')
  const append = db.prepare('INSERT INTO notifications (orderId, userId, sentNs) VALUES (?, ?, ?)')
  return {
    ...positionsTables(db),
    wasSent: orderId => find.get(orderId) !== undefined,
    confirm: orderId => void confirm.run(orderId),
    append: ({ orderId, userId, sentNs }) => void append.run(orderId, userId, sentNs),
    pageNotifications: pager<StoredNotificationRow>(db, { table: 'notifications', columns: 'orderId, userId, sentNs' }),
  }
}

/** The effect of records of the topic on the store. */
export function storeSent(tx: SentTables, records: readonly LogRecord[]): void {
  for (const { order, sentNs } of records.flatMap(record => orUndefined(readNotification, record) ?? [])) {
    const { orderId, userId } = order
    tx.confirm(orderId)
    tx.append({ orderId, userId, sentNs })
  }
}
