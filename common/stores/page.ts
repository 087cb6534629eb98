// Pages of a table by its rising sequence number.
import type { DatabaseSync, SQLOutputValue } from 'node:sqlite'
import type { Page } from '../contracts/evidence.ts'

export const MAX_PAGE = 1_000

export type Pager<Row> = (after: number, limit: number) => Page<Row>

/** `columns` and `table` come from the store's own code, never from a client. */
export function pager<Row extends { seq: number }>(
  db: DatabaseSync,
  { columns, table, toRow }: { columns: string; table: string; toRow: (row: Record<string, SQLOutputValue>) => Row },
): Pager<Row> {
  const select = db.prepare(`SELECT seq, ${columns} FROM ${table} WHERE seq > ? ORDER BY seq LIMIT ?`)
  return (after, limit) => {
    const most = Math.min(limit, MAX_PAGE)
    const rows = select.all(after, most).map(toRow)
    return { rows, next: rows.length < most ? null : (rows.at(-1)?.seq ?? null) }
  }
}
