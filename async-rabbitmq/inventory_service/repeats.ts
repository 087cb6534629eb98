// Repeats: one row for each delivery of an order that was decided before. They are evidence that duplicates arrived, and
// nothing is decided by them. A row is appended in the transaction that recognised the order.
import type { DatabaseSync } from 'node:sqlite'
import { Type, type Static } from '#common/contracts/type.ts'
import { monotonicNs } from '#common/contracts/clock.ts'
import { pager, type Pager } from '#common/stores/rows.ts'

export const RepeatRow = Type.Object({ seq: Type.Integer(), orderId: Type.String(), atNs: Type.Number() })
export type RepeatRow = Static<typeof RepeatRow>

export type RepeatsTables = {
  appendRepeat(orderId: string): void
  pageRepeats: Pager<RepeatRow>
}

/** For the transaction of a decision (common/service/decide-order.ts). */
export function recordRepeat(tx: Pick<RepeatsTables, 'appendRepeat'>, decided: { orderId: string; isNew: boolean }) {
  if (!decided.isNew) tx.appendRepeat(decided.orderId)
}

export function repeatsTables(db: DatabaseSync): RepeatsTables {
  db.exec(`CREATE TABLE IF NOT EXISTS repeats (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, orderId TEXT NOT NULL, atNs REAL NOT NULL) STRICT`)
  const append = db.prepare('INSERT INTO repeats (orderId, atNs) VALUES (?, ?)')
  return {
    appendRepeat: orderId => void append.run(orderId, monotonicNs()),
    pageRepeats: pager<RepeatRow>(db, { table: 'repeats', columns: 'orderId, atNs' }),
  }
}
