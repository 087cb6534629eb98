/**
 * Values of one field that follow, all or in part, from another field of the same rows: a stamp is near another stamp, an answer's
 * text has the id of its order in it, and that id is a digest of its user and key.
 *
 * Guarantees: what is kept as a rest comes back as it was. An id that is no such digest is not taken for one.
 */
import { crc32 } from 'node:zlib'
import { deriveOrderId } from '#common/contracts/order-id.ts'

type Row = Record<string, unknown>
/** Of fields, by their names: a value of each row. */
type Fields = ReadonlyMap<string, readonly unknown[]>
type Related = { beside: string; rest: unknown[] }

/** What has more different values than one for so many rows is not alike. */
export const LEAST_ALIKE = 8

/** Stands in a rest for the text of the other field. */
const MARK = '\0'

/** Differences of numbers within these are exact. */
const EXACT = 2 ** 52

export const isWhole = (value: unknown): value is number =>
  Number.isInteger(value) && Math.abs(value as number) < EXACT && !Object.is(value, -0)

export const differences = (numbers: readonly number[]): number[] =>
  numbers.map((number, position) => number - (numbers[position - 1] ?? 0))

/** The field beside which the values are shortest, and what is left of them; undefined where they are as short alone. */
export function relatedTo(fields: Fields, values: readonly unknown[]): Related | undefined {
  const given = values.filter(value => value !== undefined && value !== null)
  if (given.length === 0) return undefined
  if (given.every(isWhole)) return nearest(fields, values)
  return given.every(value => typeof value === 'string') ? around(fields, values) : undefined
}

/** @param base the values of the field beside which they were kept */
export const together = (rest: readonly unknown[], base: readonly unknown[]): unknown[] =>
  rest.map((value, position) => {
    if (typeof value === 'number') return (base[position] as number) + value
    // A joined text is one piece; a replaced one keeps its parts, in ten times the memory.
    return typeof value === 'string' ? value.split(MARK).join(base[position] as string) : value
  })

function nearest(fields: Fields, values: readonly unknown[]): Related | undefined {
  let found: Related | undefined
  let fewest = digitsOf(values)
  for (const [beside, base] of fields) {
    if (!values.every((value, position) => !isWhole(value) || isWhole(base[position]))) continue
    const rest = values.map((value, position) => (isWhole(value) ? value - (base[position] as number) : value))
    const digits = digitsOf(rest)
    if (digits < fewest) [found, fewest] = [{ beside, rest }, digits]
  }
  return found
}

const digitsOf = (values: readonly unknown[]): number =>
  differences(values.filter(value => typeof value === 'number')).reduce((sum, number) => sum + String(number).length, 0)

function around(fields: Fields, values: readonly unknown[]): Related | undefined {
  for (const [beside, base] of fields) {
    const rest = restsAround(base, values)
    if (rest) return { beside, rest }
  }
  return undefined
}

/** Undefined where they are not alike, or one does not have the other text in it. */
function restsAround(base: readonly unknown[], values: readonly unknown[]): unknown[] | undefined {
  const different = new Set<string>()
  const rests: unknown[] = []
  for (const [position, value] of values.entries()) {
    const part = base[position]
    if (typeof value !== 'string') rests.push(value)
    else if (typeof part !== 'string' || part === '' || value.includes(MARK) || !value.includes(part)) return undefined
    else {
      const rest = value.split(part).join(MARK)
      if (different.add(rest).size * LEAST_ALIKE > values.length) return undefined
      rests.push(rest)
    }
  }
  return rests
}

/** Whether the id of each row can be made again from its other fields. */
export const haveDerivedIds = (rows: readonly Row[]): boolean =>
  rows.every(
    ({ orderId, userId, idempotencyKey }) =>
      typeof userId === 'string' &&
      typeof idempotencyKey === 'string' &&
      orderId === deriveOrderId(userId, idempotencyKey),
  )

/** @throws Error when they are not those that were written: then ids are made in another way today */
export function derivedIds(fields: Fields, sum: number): string[] {
  const keys = fields.get('idempotencyKey') as string[]
  const ids = ((fields.get('userId') ?? []) as string[]).map((userId, nth) => deriveOrderId(userId, keys[nth] ?? ''))
  if (sumOf(ids) !== sum) throw new Error('ids of orders are made in another way today')
  return ids
}

export const sumOf = (ids: readonly unknown[]): number => crc32(ids.join())
