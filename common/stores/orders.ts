// The orders table of the order service, on SQLite.
import type { DatabaseSync } from 'node:sqlite'
import { Type } from '../contracts/type.ts'
import { ErrorCode } from '../contracts/errors.ts'
import { OrderRow, type StoredOrderRow } from '../contracts/evidence.ts'
import { Order } from '../contracts/order.ts'
import type { OrdersTx } from '../workflow/store.ts'
import { monotonicNs } from '../contracts/clock.ts'
import { FINGERPRINT_WITH_NOTE, pager, type Pager, readStored } from './rows.ts'

/** The columns of a placed order, as `findOrder` selects them. */
const StoredOrder = Type.Object({
  body: Type.String(),
  fingerprint: Type.String(),
  status: OrderRow.properties.status,
  reason: Type.Union([ErrorCode, Type.Null()]),
  notification: OrderRow.properties.notification,
  correlationId: Type.String(),
  occurredAt: Type.String(),
  deadReason: Type.Union([ErrorCode, Type.Null()]),
  deadSince: Type.Union([Type.String(), Type.Null()]),
})

/** An order with pending work. */
export type PendingOrder = { seq: number; orderId: string }

export type OrdersTables = OrdersTx & {
  pageOrders: Pager<StoredOrderRow>
  pendingOrders(): string[]
  /** When the oldest pending order was placed (RFC 3339, null without one), and how many pending orders are dead letters. */
  oldestPending(): { placedAt: string | null; deadLetters: number }
  /** Removes an order if it is pending; another order may then get its `seq`. */
  removePending(orderId: string): void
  /** The first `limit` after `after`, in the sequence in which they were placed. */
  unconfirmedOrders(after: number, limit: number): PendingOrder[]
}

export function ordersTables(db: DatabaseSync): OrdersTables {
  db.exec(`CREATE TABLE IF NOT EXISTS orders (
    seq INTEGER PRIMARY KEY, orderId TEXT NOT NULL UNIQUE, body TEXT NOT NULL, fingerprint TEXT NOT NULL,
    status TEXT NOT NULL, reason TEXT, notification TEXT, correlationId TEXT NOT NULL, occurredAt TEXT NOT NULL,
    placedNs REAL NOT NULL, decidedNs REAL) STRICT`)
  // Partial indexes: unfinished orders are found at once, however long the table is.
  db.exec(`CREATE INDEX IF NOT EXISTS orders_pending ON orders (seq) WHERE status = 'pending';
    CREATE INDEX IF NOT EXISTS orders_unconfirmed ON orders (seq) WHERE notification = 'pending'`)
  const deadLetters = deadLettersTable(db)
  const find = db.prepare(`SELECT
    body, fingerprint, status, reason, notification, correlationId, occurredAt, deadReason, deadSince
    FROM orders LEFT JOIN deadLetteredOrders USING (orderId, fingerprint) WHERE orderId = ?`)
  const insert = db.prepare(`INSERT INTO orders
    (orderId, body, fingerprint, status, reason, notification, correlationId, occurredAt, placedNs)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`)
  const update = db.prepare(`UPDATE orders
    SET status = ?, reason = ?, notification = ?, decidedNs = coalesce(decidedNs, ?) WHERE orderId = ?`)
  const pending = db.prepare(`SELECT orderId FROM orders WHERE status = 'pending' ORDER BY seq`)
  const remove = db.prepare(`DELETE FROM orders WHERE orderId = ? AND status = 'pending'`)
  const unconfirmed = db.prepare(`SELECT seq, orderId FROM orders
    WHERE notification = 'pending' AND seq > ? ORDER BY seq LIMIT ?`)
  return {
    findOrder(orderId) {
      const row = find.get(orderId)
      if (!row) return undefined
      const { body, deadReason, deadSince, ...stored } = readStored(StoredOrder, row, 'order')
      const deadLetter = deadReason && deadSince ? { reason: deadReason, since: deadSince } : null
      return { order: readStored(Order, JSON.parse(body), 'order'), ...stored, deadLetter }
    },
    insertOrder({ order, fingerprint, status, reason, notification, correlationId, occurredAt }) {
      const body = JSON.stringify(order)
      insert.run(
        order.orderId,
        body,
        fingerprint,
        status,
        reason,
        notification,
        correlationId,
        occurredAt,
        monotonicNs(),
      )
    },
    updateOrder(orderId, { status, reason, notification }) {
      update.run(status, reason, notification, monotonicNs(), orderId)
    },
    ...deadLetters,
    pendingOrders: () => pending.all().map(row => String(row.orderId)),
    removePending: orderId => void remove.run(orderId),
    unconfirmedOrders: (after, limit) => unconfirmed.all(after, limit) as PendingOrder[],
    pageOrders: pager<StoredOrderRow>(db, {
      table: 'orders',
      columns: `orderId, body ->> 'userId' AS userId, body ->> 'kitchenId' AS kitchenId, status, reason, notification, correlationId,
        ${FINGERPRINT_WITH_NOTE}, placedNs, decidedNs`,
      toRow: ({ fingerprint, ...row }) => ({ ...row, ...(fingerprint !== null && { fingerprint }) }) as StoredOrderRow,
    }),
  }
}

/** Which orders are dead letters, beside the orders themselves: a dead letter may be known before its order. */
function deadLettersTable(db: DatabaseSync): Pick<OrdersTables, 'markDeadLettered' | 'oldestPending'> {
  db.exec(`CREATE TABLE IF NOT EXISTS deadLetteredOrders (
    orderId TEXT NOT NULL, fingerprint TEXT NOT NULL, deadReason TEXT NOT NULL, deadSince TEXT NOT NULL,
    PRIMARY KEY (orderId, fingerprint)) STRICT, WITHOUT ROWID`)
  const mark = db.prepare('INSERT OR REPLACE INTO deadLetteredOrders VALUES (?, ?, ?, ?)')
  const oldest = db.prepare(`SELECT occurredAt FROM orders WHERE status = 'pending' ORDER BY seq LIMIT 1`)
  // CROSS JOIN: from the few dead letters to their orders, whatever SQLite thinks of a long backlog.
  const count = db.prepare(`SELECT count(*) AS count FROM deadLetteredOrders
    CROSS JOIN orders USING (orderId, fingerprint) WHERE status = 'pending'`)
  return {
    markDeadLettered: (orderId, fingerprint, { reason, since }) => void mark.run(orderId, fingerprint, reason, since),
    oldestPending: () => ({
      placedAt: (oldest.get()?.occurredAt as string | undefined) ?? null,
      deadLetters: Number(count.get()?.count),
    }),
  }
}
