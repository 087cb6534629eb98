// How many orders of the orders table are undecided: a number that is kept beside the table, so that no order has to count.
// Guarantees: it belongs to the transaction. Work sees the orders before it in its batch, and what is undone was not counted.
// It is counted once, when the store is opened, and is in memory alone.
import type { DatabaseSync } from 'node:sqlite'

export type UndecidedTables = { undecided(): number }

/** Call it behind `ordersTables`, whose table it watches. */
export function undecidedTables(db: DatabaseSync): UndecidedTables {
  db.exec(`PRAGMA temp_store = MEMORY;
    CREATE TEMP TABLE undecided AS SELECT count(*) AS orders FROM orders WHERE status = 'pending';
    CREATE TEMP TRIGGER undecided_placed AFTER INSERT ON orders WHEN NEW.status = 'pending'
      BEGIN UPDATE undecided SET orders = orders + 1; END;
    CREATE TEMP TRIGGER undecided_decided AFTER UPDATE OF status ON orders
      WHEN OLD.status = 'pending' AND NEW.status <> 'pending'
      BEGIN UPDATE undecided SET orders = orders - 1; END;
    CREATE TEMP TRIGGER undecided_removed AFTER DELETE ON orders WHEN OLD.status = 'pending'
      BEGIN UPDATE undecided SET orders = orders - 1; END`)
  const select = db.prepare('SELECT orders FROM undecided')
  return { undecided: () => Number(select.get()?.orders) }
}
