// Inventory's store on SQLite: decisions (the inbox), stock, and movements (the evidence).
// Guarantees: movements are only appended and have no unique key on the order, so that a duplicate would show in them.
import type { DatabaseSync } from 'node:sqlite'
import { Type } from '../contracts/type.ts'
import type { MovementRow, StockRow, StoredDecisionRow } from '../contracts/evidence.ts'
import { Order, Outcome } from '../contracts/order.ts'
import type { StockTx } from '../workflow/store.ts'
import { monotonicNs } from '../contracts/clock.ts'
import { FINGERPRINT_WITH_NOTE, pager, type Pager, readStored } from './rows.ts'

type DecisionTables = Pick<StockTx, 'findDecision' | 'insertDecision' | 'markReleased'> & {
  pageDecisions: Pager<StoredDecisionRow>
}

type MovementTables = Pick<StockTx, 'openKitchen' | 'onHand' | 'move'> & {
  /** What each kitchen that is open has opened with, in units by sku. */
  openings(): Map<string, Record<string, number>>
  pageStock: Pager<StockRow>
  pageMovements: Pager<MovementRow>
}

export type StockTables = DecisionTables &
  MovementTables & {
    /** Deletes all decisions, stock and movements, so that the store is as a new one. */
    forgetAll(): void
    hasDecisions(): boolean
  }

/** The stock of a kitchen when it is mentioned for the first time, in units by sku. */
export type InitialStock = (kitchenId: string) => Record<string, number>

export const stockTables =
  (openingOf: InitialStock) =>
  (db: DatabaseSync): StockTables => ({
    ...decisionTables(db),
    ...movementTables(db, openingOf),
    forgetAll: () => db.exec('DELETE FROM decisions; DELETE FROM movements; DELETE FROM stock; DELETE FROM kitchens'),
    hasDecisions: () => db.prepare('SELECT 1 FROM decisions LIMIT 1').get() !== undefined,
  })

const StoredDecision = Type.Object({
  body: Type.Union([Type.String(), Type.Null()]),
  fingerprint: Type.Union([Type.String(), Type.Null()]),
  outcome: Type.String(),
  released: Type.Integer(),
  correlationId: Type.String(),
  occurredAt: Type.String(),
})

const outcomeIn = (text: string): Outcome => readStored(Outcome, JSON.parse(text), 'outcome')

function decisionTables(db: DatabaseSync): DecisionTables {
  db.exec(`CREATE TABLE IF NOT EXISTS decisions (
    seq INTEGER PRIMARY KEY, orderId TEXT NOT NULL UNIQUE, body TEXT, fingerprint TEXT,
    outcome TEXT NOT NULL, released INTEGER NOT NULL, correlationId TEXT NOT NULL, occurredAt TEXT NOT NULL,
    decidedNs REAL NOT NULL) STRICT`)
  const find = db.prepare(`SELECT body, fingerprint, outcome, released, correlationId, occurredAt
    FROM decisions WHERE orderId = ?`)
  const insert = db.prepare(`INSERT INTO decisions
    (orderId, body, fingerprint, outcome, released, correlationId, occurredAt, decidedNs) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`)
  const markReleased = db.prepare('UPDATE decisions SET released = 1 WHERE orderId = ?')
  return {
    findDecision(orderId) {
      const row = find.get(orderId)
      if (!row) return undefined
      const { body, outcome, released, ...stored } = readStored(StoredDecision, row, 'decision')
      const order = body === null ? null : readStored(Order, JSON.parse(body), 'order')
      return { ...stored, orderId, order, outcome: outcomeIn(outcome), released: released === 1 }
    },
    insertDecision({ orderId, order, fingerprint, outcome, released, correlationId, occurredAt }) {
      const body = order && JSON.stringify(order)
      const text = JSON.stringify(outcome)
      insert.run(orderId, body, fingerprint, text, released ? 1 : 0, correlationId, occurredAt, monotonicNs())
    },
    markReleased: orderId => void markReleased.run(orderId),
    pageDecisions: pager<StoredDecisionRow>(db, {
      table: 'decisions',
      columns: `orderId, outcome, released, ${FINGERPRINT_WITH_NOTE}, decidedNs`,
      toRow: ({ outcome, released, fingerprint, ...row }) =>
        ({
          ...row,
          outcome: outcomeIn(String(outcome)),
          released: released === 1,
          ...(fingerprint !== null && { fingerprint }),
        }) as StoredDecisionRow,
    }),
  }
}

function movementTables(db: DatabaseSync, openingOf: InitialStock): MovementTables {
  db.exec(`CREATE TABLE IF NOT EXISTS stock (
    seq INTEGER PRIMARY KEY, kitchenId TEXT NOT NULL, sku TEXT NOT NULL, quantity INTEGER NOT NULL,
    UNIQUE (kitchenId, sku)) STRICT;
  CREATE TABLE IF NOT EXISTS kitchens (kitchenId TEXT PRIMARY KEY) STRICT;
  CREATE TABLE IF NOT EXISTS movements (
    seq INTEGER PRIMARY KEY, kind TEXT NOT NULL, orderId TEXT, kitchenId TEXT NOT NULL,
    sku TEXT NOT NULL, delta INTEGER NOT NULL, atNs REAL NOT NULL) STRICT`)
  const findKitchen = db.prepare('SELECT 1 FROM kitchens WHERE kitchenId = ?')
  const insertKitchen = db.prepare('INSERT INTO kitchens (kitchenId) VALUES (?)')
  const findStock = db.prepare('SELECT quantity FROM stock WHERE kitchenId = ? AND sku = ?')
  const insertStock = db.prepare('INSERT INTO stock (kitchenId, sku, quantity) VALUES (?, ?, ?)')
  const addStock = db.prepare('UPDATE stock SET quantity = quantity + ? WHERE kitchenId = ? AND sku = ?')
  const append = db.prepare(
    'INSERT INTO movements (kind, orderId, kitchenId, sku, delta, atNs) VALUES (?, ?, ?, ?, ?, ?)',
  )
  const findOpenings = db.prepare(`SELECT kitchenId, sku, delta FROM kitchens
    LEFT JOIN (SELECT kitchenId AS kitchen, sku, delta FROM movements WHERE kind = 'opening') ON kitchen = kitchenId`)
  return {
    openings() {
      const found = new Map<string, Record<string, number>>()
      for (const { kitchenId, sku, delta } of findOpenings.iterate()) {
        const units = found.get(String(kitchenId)) ?? {}
        if (sku !== null) units[String(sku)] = Number(delta)
        found.set(String(kitchenId), units)
      }
      return found
    },
    openKitchen(kitchenId) {
      if (findKitchen.get(kitchenId)) return
      insertKitchen.run(kitchenId)
      for (const [sku, quantity] of Object.entries(openingOf(kitchenId))) {
        insertStock.run(kitchenId, sku, quantity)
        append.run('opening', null, kitchenId, sku, quantity, monotonicNs())
      }
    },
    onHand: (kitchenId, sku) => findStock.get(kitchenId, sku)?.quantity as number | undefined,
    move({ kind, orderId, kitchenId, sku, delta }) {
      addStock.run(delta, kitchenId, sku)
      append.run(kind, orderId, kitchenId, sku, delta, monotonicNs())
    },
    pageStock: pager<StockRow>(db, {
      table: 'stock',
      columns: 'kitchenId, sku, quantity',
    }),
    pageMovements: pager<MovementRow>(db, {
      table: 'movements',
      columns: 'kind, orderId, kitchenId, sku, delta, atNs',
    }),
  }
}
