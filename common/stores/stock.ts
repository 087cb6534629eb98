// Inventory's store on SQLite: decisions (the inbox), stock, and movements (the evidence).
// The movements have no unique key on the order and are never updated, so that a double would show in them.
import type { DatabaseSync } from 'node:sqlite'
import type { DecisionRow, MovementRow, StockRow } from '../contracts/evidence.ts'
import type { Order } from '../contracts/order.ts'
import type { Outcome } from '../contracts/outcome.ts'
import type { Decision, StockTx } from '../workflow/store.ts'
import { monotonicNs } from '../contracts/clock.ts'
import type { InitialStock } from './initial-stock.ts'
import { pager, type Pager } from './page.ts'

export type StockTables = StockTx & {
  pageStock: Pager<StockRow>
  pageMovements: Pager<MovementRow>
  pageDecisions: Pager<DecisionRow>
}

/** `openingOf` tells what a kitchen has when it is first mentioned. */
export const stockTables =
  (openingOf: InitialStock) =>
  (db: DatabaseSync): StockTables => {
    db.exec(`CREATE TABLE IF NOT EXISTS stock (
      seq INTEGER PRIMARY KEY, kitchenId TEXT NOT NULL, sku TEXT NOT NULL, quantity INTEGER NOT NULL,
      UNIQUE (kitchenId, sku)) STRICT;
    CREATE TABLE IF NOT EXISTS kitchens (kitchenId TEXT PRIMARY KEY) STRICT;
    CREATE TABLE IF NOT EXISTS movements (
      seq INTEGER PRIMARY KEY, kind TEXT NOT NULL, orderId TEXT, kitchenId TEXT NOT NULL,
      sku TEXT NOT NULL, delta INTEGER NOT NULL, atNs REAL NOT NULL) STRICT;
    CREATE TABLE IF NOT EXISTS decisions (
      seq INTEGER PRIMARY KEY, orderId TEXT NOT NULL UNIQUE, body TEXT, fingerprint TEXT,
      outcome TEXT NOT NULL, released INTEGER NOT NULL, correlationId TEXT NOT NULL, occurredAt TEXT NOT NULL,
      decidedNs REAL NOT NULL) STRICT`)
    const findKitchen = db.prepare('SELECT 1 FROM kitchens WHERE kitchenId = ?')
    const insertKitchen = db.prepare('INSERT INTO kitchens (kitchenId) VALUES (?)')
    const findStock = db.prepare('SELECT quantity FROM stock WHERE kitchenId = ? AND sku = ?')
    const insertStock = db.prepare('INSERT INTO stock (kitchenId, sku, quantity) VALUES (?, ?, ?)')
    const addStock = db.prepare('UPDATE stock SET quantity = quantity + ? WHERE kitchenId = ? AND sku = ?')
    const insertMovement = db.prepare(
      'INSERT INTO movements (kind, orderId, kitchenId, sku, delta, atNs) VALUES (?, ?, ?, ?, ?, ?)',
    )
    const findDecision = db.prepare('SELECT * FROM decisions WHERE orderId = ?')
    const insertDecision = db.prepare(`INSERT INTO decisions
    (orderId, body, fingerprint, outcome, released, correlationId, occurredAt, decidedNs) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`)
    const markReleased = db.prepare('UPDATE decisions SET released = 1 WHERE orderId = ?')

    return {
      findDecision(orderId) {
        const row = findDecision.get(orderId)
        if (!row) return undefined
        return {
          orderId,
          order: row.body === null ? null : (JSON.parse(String(row.body)) as Order),
          fingerprint: row.fingerprint as string | null,
          outcome: JSON.parse(String(row.outcome)) as Outcome,
          released: row.released === 1,
          correlationId: String(row.correlationId),
          occurredAt: String(row.occurredAt),
        } satisfies Decision
      },
      insertDecision({ orderId, order, fingerprint, outcome, released, correlationId, occurredAt }) {
        const body = order && JSON.stringify(order)
        const said = JSON.stringify(outcome)
        insertDecision.run(orderId, body, fingerprint, said, released ? 1 : 0, correlationId, occurredAt, monotonicNs())
      },
      markReleased: orderId => void markReleased.run(orderId),
      openKitchen(kitchenId) {
        if (findKitchen.get(kitchenId)) return
        insertKitchen.run(kitchenId)
        for (const [sku, quantity] of Object.entries(openingOf(kitchenId))) {
          insertStock.run(kitchenId, sku, quantity)
          insertMovement.run('opening', null, kitchenId, sku, quantity, monotonicNs())
        }
      },
      onHand: (kitchenId, sku) => findStock.get(kitchenId, sku)?.quantity as number | undefined,
      move({ kind, orderId, kitchenId, sku, delta }) {
        addStock.run(delta, kitchenId, sku)
        insertMovement.run(kind, orderId, kitchenId, sku, delta, monotonicNs())
      },
      pageStock: pager<StockRow>(db, {
        table: 'stock',
        columns: 'kitchenId, sku, quantity',
        toRow: row => row as StockRow,
      }),
      pageMovements: pager<MovementRow>(db, {
        table: 'movements',
        columns: 'kind, orderId, kitchenId, sku, delta, atNs',
        toRow: row => row as MovementRow,
      }),
      pageDecisions: pager<DecisionRow>(db, {
        table: 'decisions',
        columns: 'orderId, outcome, released, decidedNs',
        toRow: ({ outcome, released, ...row }) =>
          ({ ...row, outcome: JSON.parse(String(outcome)) as Outcome, released: released === 1 }) as DecisionRow,
      }),
    }
  }
