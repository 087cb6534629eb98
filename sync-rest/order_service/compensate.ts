// Compensation: an order of which nobody knows whether inventory holds stock for it is failed, and its release is pending, in
// one transaction, until inventory has acknowledged the release.
import type { DatabaseSync } from 'node:sqlite'
import { OrderPlaced } from '#common/contracts/events.ts'
import { parse } from '#common/contracts/parse.ts'
import type { OrdersTables, PendingOrder } from '#common/stores/orders.ts'
import type { OutboxTables } from '#common/stores/outbox.ts'
import { recordOutcome } from '#common/workflow/record-outcome.ts'
import type { Store } from '#common/workflow/store.ts'

export type PendingReleasesTables = {
  addPendingRelease(orderId: string): void
  /** The first `limit` after `after`, in the sequence in which they were added. */
  pendingReleases(after: number, limit: number): PendingOrder[]
  removePendingRelease(orderId: string): void
}

/** The orders of this service, and the releases that are pending. */
export type OrderTables = OrdersTables & PendingReleasesTables

/** An order that is reserved in the store stays reserved: the first outcome stands. */
export function compensate(tx: OrderTables, orderId: string): void {
  const placed = recordOutcome(tx, orderId, { status: 'failed', reason: 'deadline-passed' })
  if (placed?.status === 'failed') tx.addPendingRelease(orderId)
}

/** At the start: an order that is still pending, and not in the outbox, belongs to a request that ended with the process before. */
export const compensateInterrupted = (store: Store<OrderTables & OutboxTables>): Promise<void> =>
  store.transact(tx => {
    const entries = tx.pendingEntries(0, Number.MAX_SAFE_INTEGER)
    const accepted = new Set(entries.map(({ body }) => parse(OrderPlaced, JSON.parse(body), 'outbox').data.orderId))
    for (const orderId of tx.pendingOrders()) if (!accepted.has(orderId)) compensate(tx, orderId)
  })

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
