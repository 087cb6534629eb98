/**
 * Rows as columns, in which a compressor finds what repeats: a row of a history's JSON is some hundred bytes; in columns and
 * compressed, a few.
 *
 * Guarantees: what was JSON comes back as it was, but for the sequence of an object's keys. Rows are of their own; objects and lists
 * within them that are equal may come back as one, and are frozen.
 *
 * A column is one of: `n` whole numbers, each as its difference to the one before it, because stamps rise; `s` texts, as numbers of
 * the table of all texts in the same way; `a` lists, as their lengths and the column of all that is in them; `o` objects, as a
 * column for each key; `few` different lists or objects, as numbers of those in `of`; `j` anything else. A column of an object may
 * be what is left, the `rest`, `beside` another of it; and ids of orders are made again from their users and keys (related-values.ts):
 * `ids` are their numbers in the table, `sum` is their checksum. `nulls` and `absent` are the positions that have no value, or no such key.
 */
import {
  derivedIds,
  differences,
  haveDerivedIds,
  isWhole,
  LEAST_ALIKE,
  relatedTo,
  sumOf,
  together,
} from './related-values.ts'

export type Column = (
  | { n: number[] }
  | { s: number[] }
  | { a: Column; of: Column }
  | Objects
  | { beside: string; rest: Column }
  | { ids: number[]; sum: number }
  | { few: number[]; of: Column }
  | { j: unknown[] }
) & {
  nulls?: number[]
  absent?: number[]
}
type Objects = { o: Record<string, Column>; count: number }

/** Each text once, with the number that columns have of it; and those that came since somebody took them from `fresh`. */
export type TextTable = { numbers: Map<string, number>; fresh: string[] }

/** @param texts to which those are added that are new */
export const columnOfRows = (rows: readonly unknown[], texts: TextTable): Column =>
  rows.every(row => isObject(row)) ? ofObjects(rows, texts) : columnOf(rows, texts)

function columnOf(values: readonly unknown[], texts: TextTable): Column {
  const nulls: number[] = []
  const absent: number[] = []
  const given: unknown[] = []
  for (const [position, value] of values.entries()) {
    if (value === null) nulls.push(position)
    else if (value === undefined) absent.push(position)
    else given.push(value)
  }
  return {
    ...filled(given, texts),
    ...(nulls.length > 0 && { nulls: differences(nulls) }),
    ...(absent.length > 0 && { absent: differences(absent) }),
  }
}

function filled(values: readonly unknown[], texts: TextTable): Column {
  if (values.every(isWhole)) return { n: differences(values) }
  if (values.every(value => typeof value === 'string'))
    return { s: differences(values.map(text => numberOf(text, texts))) }
  if (values.every(value => typeof value === 'object')) return fewOf(values, texts) ?? ofObjects(values, texts)
  return { j: [...values] }
}

/** Undefined where most of them are different. */
function fewOf(values: readonly unknown[], texts: TextTable): Column | undefined {
  const different = new Map<string, number>()
  const numbers: number[] = []
  for (const value of values) {
    const text = JSON.stringify(value)
    const number = different.get(text) ?? different.size
    different.set(text, number)
    if (different.size * LEAST_ALIKE > values.length) return undefined
    numbers.push(number)
  }
  return {
    few: differences(numbers),
    of: columnOf(
      [...different.keys()].map(text => JSON.parse(text) as unknown),
      texts,
    ),
  }
}

function ofObjects(values: readonly unknown[], texts: TextTable): Column {
  if (values.every(value => Array.isArray(value))) {
    const lengths = values.map(list => list.length)
    return { a: columnOf(lengths, texts), of: columnOf(values.flat(1), texts) }
  }
  if (values.every(isObject)) {
    const keys = new Set<string>()
    for (const value of values) for (const key of Object.keys(value)) keys.add(key)
    return { o: columnsOf(values, [...keys], texts), count: values.length }
  }
  return { j: [...values] }
}

/** A column is beside one that is beside none. */
function columnsOf(rows: readonly Row[], keys: readonly string[], texts: TextTable): Record<string, Column> {
  const alone = new Map<string, unknown[]>()
  const areDerived = haveDerivedIds(rows)
  const columns = keys
    .filter(key => !areDerived || key !== 'orderId')
    .map((key): [string, Column] => {
      const values = ownOf(rows, key)
      const related = relatedTo(alone, values)
      if (related) return [key, { beside: related.beside, rest: columnOf(related.rest, texts) }]
      alone.set(key, values)
      return [key, columnOf(values, texts)]
    })
  return Object.fromEntries(areDerived ? [...columns, ['orderId', idsOf(rows, texts)]] : columns)
}

/** What is new in the table is a place for each: the reader makes the ids. After all other columns, which may have the same texts. */
function idsOf(rows: readonly Row[], texts: TextTable): Column {
  const known = texts.fresh.length
  const ids = rows.map(({ orderId }) => orderId as string)
  const numbers = ids.map(id => numberOf(id, texts))
  texts.fresh.fill('', known)
  return { ids: differences(numbers), sum: sumOf(ids) }
}

type Row = Record<string, unknown>
const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
const ownOf = (values: readonly Record<string, unknown>[], key: string): unknown[] =>
  values.map(value => (Object.hasOwn(value, key) ? value[key] : undefined))

function numberOf(text: string, { numbers, fresh }: TextTable): number {
  const known = numbers.get(text) ?? numbers.size
  if (known === numbers.size) {
    numbers.set(text, known)
    fresh.push(text)
  }
  return known
}

function sums(differences: readonly number[]): number[] {
  let sum = 0
  return differences.map(difference => (sum += difference))
}

/** @param texts all that were known when the column was made, by their numbers; ids that the reader makes are put in their places */
export function valuesOf(column: Column, texts: string[]): unknown[] {
  const given = givenOf(column, texts)
  if (!column.nulls && !column.absent) return given
  const [nulls, absent] = [new Set(sums(column.nulls ?? [])), new Set(sums(column.absent ?? []))]
  let next = 0
  return Array.from({ length: given.length + nulls.size + absent.size }, (_, position) => {
    if (nulls.has(position)) return null
    return absent.has(position) ? undefined : given[next++]
  })
}

function givenOf(column: Column, texts: string[]): unknown[] {
  if ('n' in column) return sums(column.n)
  if ('s' in column) return sums(column.s).map(number => texts[number])
  if ('a' in column) {
    const items = valuesOf(column.of, texts)
    let from = 0
    return (valuesOf(column.a, texts) as number[]).map(length => items.slice(from, (from += length)))
  }
  if ('few' in column) {
    const different = valuesOf(column.of, texts).map(frozen)
    return sums(column.few).map(number => different[number])
  }
  if ('o' in column) return objectsOf(column, texts)
  if ('j' in column) return column.j
  throw new Error('a column is of its object')
}

function frozen(value: unknown): unknown {
  if (typeof value === 'object' && value !== null) Object.values(Object.freeze(value)).forEach(frozen)
  return value
}

/** Each is a copy of the first, and then gets its own values: so an engine has one shape for all of them, and no room to spare. */
function objectsOf({ o, count }: Objects, texts: string[]): unknown[] {
  const columns = [...fieldsOf(o, texts)].map(([key, values]) => ({ key, values }))
  const [always, sometimes] = [true, false].map(isAlways =>
    columns.filter(({ values }) => isAlways !== values.includes(undefined)),
  ) as [typeof columns, typeof columns]
  const first = JSON.stringify(Object.fromEntries(always.map(({ key, values }) => [key, values[0]])))
  const template = JSON.parse(first) as Record<string, unknown>
  const rows = Array.from({ length: count }, () => ({ ...template }))
  for (const { key, values } of [...always, ...sometimes])
    for (const [position, value] of values.entries()) if (value !== undefined) setOwn(rows[position] ?? {}, key, value)
  return rows
}

/** First those alone, then those beside them, then ids, as they were written. */
function fieldsOf(o: Record<string, Column>, texts: string[]): Map<string, unknown[]> {
  const fields = new Map<string, unknown[]>()
  const columns = Object.entries(o)
  for (const [key, column] of columns)
    if (!('beside' in column) && !('ids' in column)) fields.set(key, valuesOf(column, texts))
  for (const [key, column] of columns)
    if ('beside' in column) fields.set(key, together(valuesOf(column.rest, texts), fields.get(column.beside) ?? []))
  for (const [key, column] of columns)
    if ('ids' in column) {
      const ids = derivedIds(fields, column.sum)
      for (const [nth, number] of sums(column.ids).entries()) texts[number] = ids[nth] ?? ''
      fields.set(key, ids)
    }
  return fields
}

/** An assignment to `__proto__` sets no field. */
function setOwn(row: Record<string, unknown>, key: string, value: unknown): void {
  if (key !== '__proto__') row[key] = value
  else Object.defineProperty(row, key, { value, enumerable: true, configurable: true, writable: true })
}
