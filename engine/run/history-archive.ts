/**
 * A history in few bytes, to be kept in a repository: turned into columns, then compressed by zstd. A row of JSON is some 1,500
 * bytes an order; an archive some 70, of which a third is the order's own id.
 *
 * Guarantees: what was JSON comes back as it was, but for the sequence of an object's keys. Reading bounds nothing: an archive is
 * of this repository.
 *
 * A column is one of: `n` whole numbers, each as its difference to the one before it, because stamps rise; `s` texts, as numbers of
 * the table of all texts in the same way; `a` lists, as their lengths and the column of all that is in them; `o` objects, as a
 * column for each key; `j` anything else. `nulls` and `absent` are the positions that have no value, or no such key.
 */
import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib'

type Column = ({ n: number[] } | { s: number[] } | { a: Column; of: Column } | Objects | { j: unknown[] }) & {
  nulls?: number[]
  absent?: number[]
}
type Objects = { o: Record<string, Column>; count: number }
type Archive = { texts: string[]; history: Column }

/** The checksum, because a number of which one digit was damaged is a number all the same. */
const PARAMS = { params: { [constants.ZSTD_c_compressionLevel]: 19, [constants.ZSTD_c_checksumFlag]: 1 } }
/** Differences of numbers within these are exact. */
const EXACT = 2 ** 52

export function packHistory(history: unknown): Buffer {
  const texts = new Map<string, number>()
  const archive = { history: columnOf([history], texts), texts: [...texts.keys()] }
  return zstdCompressSync(JSON.stringify(archive), PARAMS)
}

/** @throws Error when the bytes are no archive, or are cut or damaged */
export function unpackHistory(bytes: Uint8Array): unknown {
  const json = zstdDecompressSync(bytes)
  try {
    const { texts, history } = JSON.parse(json.toString()) as Archive
    return valuesOf(history, texts)[0]
  } catch (error) {
    throw new Error('it is no archive of a history', { cause: error })
  }
}

function columnOf(values: readonly unknown[], texts: Map<string, number>): Column {
  const at = (missing: null | undefined) => values.flatMap((value, position) => (value === missing ? [position] : []))
  const [nulls, absent] = [at(null), at(undefined)]
  return {
    ...filled(
      values.filter(value => value !== null && value !== undefined),
      texts,
    ),
    ...(nulls.length > 0 && { nulls: differences(nulls) }),
    ...(absent.length > 0 && { absent: differences(absent) }),
  }
}

function filled(values: readonly unknown[], texts: Map<string, number>): Column {
  if (values.every(isWhole)) return { n: differences(values) }
  if (values.every(value => typeof value === 'string'))
    return { s: differences(values.map(text => numberOf(text, texts))) }
  if (values.every(value => Array.isArray(value)))
    return {
      a: columnOf(
        values.map(list => list.length),
        texts,
      ),
      of: columnOf(values.flat(1), texts),
    }
  if (values.every(isObject)) {
    const keys = new Set(values.flatMap(value => Object.keys(value)))
    const columns = [...keys].map(key => [
      key,
      columnOf(
        values.map(value => own(value, key)),
        texts,
      ),
    ])
    return { o: Object.fromEntries(columns) as Record<string, Column>, count: values.length }
  }
  return { j: [...values] }
}

const isWhole = (value: unknown): value is number =>
  Number.isInteger(value) && Math.abs(value as number) < EXACT && !Object.is(value, -0)
const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
const own = (value: Record<string, unknown>, key: string): unknown =>
  Object.hasOwn(value, key) ? value[key] : undefined

function numberOf(text: string, texts: Map<string, number>): number {
  const known = texts.get(text) ?? texts.size
  texts.set(text, known)
  return known
}

const differences = (numbers: readonly number[]): number[] =>
  numbers.map((number, position) => number - (numbers[position - 1] ?? 0))

function sums(differences: readonly number[]): number[] {
  let sum = 0
  return differences.map(difference => (sum += difference))
}

function valuesOf(column: Column, texts: readonly string[]): unknown[] {
  const given = givenOf(column, texts)
  const [nulls, absent] = [new Set(sums(column.nulls ?? [])), new Set(sums(column.absent ?? []))]
  if (nulls.size + absent.size === 0) return given
  let next = 0
  return Array.from({ length: given.length + nulls.size + absent.size }, (_, position) => {
    if (nulls.has(position)) return null
    return absent.has(position) ? undefined : given[next++]
  })
}

function givenOf(column: Column, texts: readonly string[]): unknown[] {
  if ('n' in column) return sums(column.n)
  if ('s' in column) return sums(column.s).map(number => texts[number])
  if ('a' in column) {
    const items = valuesOf(column.of, texts)
    let from = 0
    return (valuesOf(column.a, texts) as number[]).map(length => items.slice(from, (from += length)))
  }
  if ('o' in column) return objectsOf(column, texts)
  return column.j
}

function objectsOf({ o, count }: Objects, texts: readonly string[]): unknown[] {
  const rows = Array.from({ length: count }, () => [] as [string, unknown][])
  for (const [key, column] of Object.entries(o))
    for (const [position, value] of valuesOf(column, texts).entries())
      if (value !== undefined) rows[position]?.push([key, value])
  return rows.map(entries => Object.fromEntries(entries))
}
