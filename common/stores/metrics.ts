// The state of the analytics service on SQLite: the events that were counted, and the counts.
import type { DatabaseSync } from 'node:sqlite'
import type { MetricsTx } from '../workflow/store.ts'

export function metricsTables(db: DatabaseSync): MetricsTx {
  db.exec(`CREATE TABLE IF NOT EXISTS counted (type TEXT, orderId TEXT, PRIMARY KEY (type, orderId)) STRICT, WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS minutes (minute TEXT PRIMARY KEY, orders INTEGER NOT NULL) STRICT;
    CREATE TABLE IF NOT EXISTS outcomes (status TEXT PRIMARY KEY, orders INTEGER NOT NULL) STRICT`)
  const remember = db.prepare('INSERT OR IGNORE INTO counted (type, orderId) VALUES (?, ?)')
  const minute = db.prepare(`INSERT INTO minutes VALUES (?, 1) ON CONFLICT DO UPDATE SET orders = orders + 1`)
  const outcome = db.prepare(`INSERT INTO outcomes VALUES (?, 1) ON CONFLICT DO UPDATE SET orders = orders + 1`)
  const minutes = db.prepare('SELECT minute, orders FROM minutes ORDER BY minute')
  const outcomes = db.prepare('SELECT status, orders FROM outcomes')
  return {
    remember: (type, orderId) => remember.run(type, orderId).changes === 1,
    countPlaced: name => void minute.run(name),
    countOutcome: status => void outcome.run(status),
    totals() {
      const byStatus = Object.fromEntries(outcomes.all().map(row => [row.status, Number(row.orders)]))
      return {
        ordersPerMinute: Object.fromEntries(minutes.all().map(row => [String(row.minute), Number(row.orders)])),
        reserved: byStatus.reserved ?? 0,
        failed: byStatus.failed ?? 0,
      }
    },
  }
}
