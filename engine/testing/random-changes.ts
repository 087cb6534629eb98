/**
 * Random changes of a history that no list names one by one, several of them stacked: known mutations, and rows that are dropped,
 * doubled, or exchange their places or one of their fields. Nothing promises that a check sees them.
 */
import fc from 'fast-check'
import { orderHistories } from '../checks/order-history.ts'
import type { History } from '../run/history.ts'
import { MUTATIONS } from './mutations/effects.ts'

const WAYS = ['mutation', 'drop', 'double', 'exchange places', 'exchange a field'] as const

/** Numbers choose among what there is. One that is `close` is done to rows of the order that all of them are about. */
export type Change = {
  way: (typeof WAYS)[number]
  isClose: boolean
  what: number
  one: number
  other: number
  field: number
}

export const changes: fc.Arbitrary<Change[]> = fc.array(
  fc.record({
    way: fc.constantFrom(...WAYS),
    isClose: fc.boolean(),
    what: fc.nat(),
    one: fc.nat(),
    other: fc.nat(),
    field: fc.nat(),
  }),
  { maxLength: 4 },
)

/** @param about chooses the order */
export function change(history: History, about: number, { way, isClose, what, one, other, field }: Change): void {
  const all = orderHistories(history)
  const orderId = [...all.keys()][about % all.size]
  if (way === 'mutation') return mutate(history, what, isClose ? about : one)
  const lists = rowLists(history)
  const rows = lists[what % lists.length] ?? []
  const near = isClose ? rows.filter(row => Reflect.get(row, 'orderId') === orderId) : rows
  const [row, another] = [near[one % near.length], rows[other % rows.length]]
  if (!row || !another) return
  const [first, second] = [rows.indexOf(row), rows.indexOf(another)]
  if (way === 'drop') rows.splice(first, 1)
  else if (way === 'double') rows.splice(second, 0, structuredClone(row))
  else if (way === 'exchange places') [rows[first], rows[second]] = [another, row]
  else {
    const names = Object.keys(row)
    const name = names[field % names.length] ?? ''
    const value: unknown = Reflect.get(row, name)
    Reflect.set(row, name, Reflect.get(another, name))
    Reflect.set(another, name, value)
  }
}

const rowLists = ({ planned, attempts, raw, evidence }: History): object[][] => [
  planned,
  attempts,
  raw,
  evidence.orders,
  evidence.decisions,
  evidence.movements,
  evidence.stock,
  evidence.notifications,
  evidence.deadLetters,
]

function mutate(history: History, what: number, which: number): void {
  const mutation = MUTATIONS[what % MUTATIONS.length]
  const orders = [...orderHistories(history).values()]
  const able = orders.filter(order => mutation?.on(order))
  // The very order where it can be done to it.
  const chosen = orders[which % orders.length]
  const order = chosen && able.includes(chosen) ? chosen : able[which % able.length]
  if (!mutation || !order) return
  try {
    mutation.mutate(history, order)
  } catch {
    // An earlier change took away what this one needs. What it did before it found out is a change too.
  }
}

/** The history without what the question does not need: as few orders, and then rows, as can be left while the answer stays yes. */
export function smallest(history: History, isStillSo: (smaller: History) => boolean): History {
  let small = history
  const tryWithout = (isKept: (row: object, list: number, at: number) => boolean) => {
    const smaller = structuredClone(small)
    for (const [list, rows] of rowLists(smaller).entries()) {
      const kept = rows.filter((row, at) => isKept(row, list, at))
      rows.splice(0, rows.length, ...kept)
    }
    if (isStillSo(smaller)) small = smaller
  }
  for (const orderId of orderHistories(history).keys()) tryWithout(row => Reflect.get(row, 'orderId') !== orderId)
  for (const [list, rows] of rowLists(small).entries())
    for (let at = rows.length - 1; at >= 0; at--)
      tryWithout((_row, ofList, position) => ofList !== list || position !== at)
  return small
}
