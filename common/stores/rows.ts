// Rows of a table: pages of them by their rising sequence number, and one of them as a type of the contracts.
import type { DatabaseSync, SQLOutputValue } from 'node:sqlite'
import type { Static, TSchema } from '../contracts/type.ts'
import { LabError } from '../contracts/errors.ts'
import type { Page } from '../contracts/evidence.ts'
import { parse } from '../contracts/parse.ts'

export const MAX_PAGE = 1_000

export type Pager<Row> = (after: number, limit: number) => Page<Row>

type PagerParts<Row> = {
  /** `table` and `columns` come from the store's own code, never from a client. */
  table: string
  columns: string
  /** Needed where the columns are not the row itself. */
  toRow?(columns: Record<string, SQLOutputValue>): Row
}

export function pager<Row extends { seq: number }>(
  db: DatabaseSync,
  { table, columns, toRow = row => row as Row }: PagerParts<Row>,
): Pager<Row> {
  const select = db.prepare(`SELECT seq, ${columns} FROM ${table} WHERE seq > ? ORDER BY seq LIMIT ?`)
  return (after, limit) => {
    const most = Math.min(limit, MAX_PAGE)
    const rows = select.all(after, most).map(toRow)
    return { rows, next: rows.length < most ? null : (rows.at(-1)?.seq ?? null) }
  }
}

/** A column of a table with the JSON of an order as its `body`: null without a note. */
export const FINGERPRINT_WITH_NOTE = `iif(json_type(body, '$.note') IS NULL, NULL, fingerprint) AS fingerprint`

/** The same pages, with other rows. */
export const mapped =
  <Row, Other>(page: Pager<Row>, toOther: (row: Row) => Other): Pager<Other> =>
  (after, limit) => {
    const { rows, next } = page(after, limit)
    return { rows: rows.map(toOther), next }
  }

/**
 * From the columns of a row to a type of the contracts. A store is an edge too: an older version or a person may have
 * written to it.
 * @throws LabError `handler-failed` for what no version of the service can have written.
 */
export function readStored<Schema extends TSchema>(schema: Schema, value: unknown, what: string): Static<Schema> {
  try {
    return parse(schema, value, what)
  } catch (cause) {
    const detail = cause instanceof LabError ? cause.detail : String(cause)
    throw new LabError('handler-failed', `the store holds a row that cannot be read: ${detail}`, { cause })
  }
}
