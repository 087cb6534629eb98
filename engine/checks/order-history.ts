/**
 * All that a history says of one order, from the client and from the services.
 *
 * Guarantees: every row, attempt and message that names an order is in that order's history, in the sequence of the
 * whole history, whether the order was requested or not. Does not judge.
 */
import type { DecisionRow, MovementRow, NotificationRow, OrderRow } from '#common/contracts/evidence.ts'
import type { History, RawMessage } from '../run/history.ts'
import { oncePerHistory } from '../run/once.ts'
import type { Attempt } from '../load/attempt.ts'
import type { PlannedOrder } from '../load/orders.ts'
import type { DeadLetter } from '../experiment/model.ts'

export type OrderHistory = {
  orderId: string
  planned: PlannedOrder | undefined
  attempts: Attempt[]
  raw: RawMessage[]
  rows: OrderRow[]
  decisions: DecisionRow[]
  movements: MovementRow[]
  notifications: NotificationRow[]
  deadLetters: DeadLetter[]
}

/** By `orderId`; also of planned orders that left nothing. Not to be changed: it may be another check's too. */
export const orderHistories = oncePerHistory(byOrder)

function byOrder({ planned, attempts, raw, evidence }: History): Map<string, OrderHistory> {
  const all = new Map<string, Kept>()
  const add = <Kind extends Lists>(
    kind: Kind,
    items: readonly (OrderHistory[Kind][number] & { orderId?: string | null })[],
  ) => {
    for (const item of items) {
      if (item.orderId === null || item.orderId === undefined) continue
      const { kept }: { kept: Record<Kind, unknown> } = historyOf(all, item.orderId)
      const before = kept[kind]
      // An array has room for 17 items as soon as one is pushed or spread into it, and most of these have a few.
      if (Array.isArray(before) && before.length >= FEW) before.push(item)
      else kept[kind] = before === undefined ? item : NONE.concat(before, item)
    }
  }
  for (const order of planned) historyOf(all, order.orderId).planned = order
  add('attempts', attempts)
  add('raw', raw)
  add('rows', evidence.orders)
  add('decisions', evidence.decisions)
  add('movements', evidence.movements)
  add('notifications', evidence.notifications)
  add('deadLetters', evidence.deadLetters)
  return all
}

/** As they were written. */
export const inSequence = <Row extends { seq: number }>(rows: readonly Row[]): readonly Row[] =>
  rows.toSorted((one, other) => one.seq - other.seq)

const FEW = 4
const NONE: readonly unknown[] = []

type Lists = Exclude<keyof OrderHistory, 'orderId' | 'planned'>

/** Most lists have one item, and a list of it is made when it is asked for: those of a million orders would be 300 MB. */
class Kept implements OrderHistory {
  planned: PlannedOrder | undefined = undefined
  readonly kept: { [List in Lists]: OrderHistory[List] | OrderHistory[List][number] | undefined } = {
    attempts: undefined,
    raw: undefined,
    rows: undefined,
    decisions: undefined,
    movements: undefined,
    notifications: undefined,
    deadLetters: undefined,
  }
  readonly orderId: string

  constructor(orderId: string) {
    this.orderId = orderId
  }

  get attempts() {
    return listOf(this.kept.attempts)
  }
  get raw() {
    return listOf(this.kept.raw)
  }
  get rows() {
    return listOf(this.kept.rows)
  }
  get decisions() {
    return listOf(this.kept.decisions)
  }
  get movements() {
    return listOf(this.kept.movements)
  }
  get notifications() {
    return listOf(this.kept.notifications)
  }
  get deadLetters() {
    return listOf(this.kept.deadLetters)
  }
}

const listOf = <Item>(kept: Item[] | Item | undefined): Item[] => {
  if (kept === undefined) return []
  return Array.isArray(kept) ? kept : [kept]
}

function historyOf(all: Map<string, Kept>, orderId: string): Kept {
  let order = all.get(orderId)
  if (!order) {
    order = new Kept(orderId)
    all.set(orderId, order)
  }
  return order
}

/** Whether the order was requested: by a client, or by a message of the timeline. That it was planned is no request. */
export const wasRequested = ({ attempts, raw }: OrderHistory): boolean => attempts.length + raw.length > 0

/** Whether the order is one that must be decided: all that was sent of a poisoned one is poison. */
export const isValid = ({ planned, raw }: OrderHistory): boolean =>
  planned !== undefined || raw.some(({ expect }) => expect !== 'dead-letter')

/** What inventory's decision means at the end; undefined without a decision. */
export function standing({ decisions }: OrderHistory): 'reserved' | 'failed' | 'released' | undefined {
  const decision = decisions[0]
  if (!decision) return undefined
  return decision.released ? 'released' : decision.outcome.status
}

/** Whether the order counts as reserved: by the orders table, and by inventory where the table does not have it. */
export const isReserved = (order: OrderHistory): boolean =>
  order.rows.length > 0 ? order.rows.some(row => row.status === 'reserved') : standing(order) === 'reserved'

/** Whether the order has an outcome in any store. */
export const isDecided = ({ rows, decisions }: OrderHistory): boolean =>
  decisions.length > 0 || rows.some(row => row.status !== 'pending')

/** Whether anything at all is left of the order in the services. */
export const leftNothing = ({ rows, decisions, movements, notifications, deadLetters }: OrderHistory): boolean =>
  rows.length + decisions.length + movements.length + notifications.length + deadLetters.length === 0

/** Units that the order holds at the end, by sku: what was reserved less what was released. */
export function held({ movements }: OrderHistory): Map<string, number> {
  const units = new Map<string, number>()
  for (const { sku, delta } of movements) units.set(sku, (units.get(sku) ?? 0) - delta)
  return units
}

export const holdsStock = (order: OrderHistory): boolean => [...held(order).values()].some(units => units !== 0)

/** Units that the order is for, by sku: two lines of one sku want their sum. */
export function wanted({ items }: PlannedOrder): Map<string, number> {
  const units = new Map<string, number>()
  for (const { sku, quantity } of items) units.set(sku, (units.get(sku) ?? 0) + quantity)
  return units
}

/** Messages of this order that the timeline sent to be dead-lettered. */
export const expectedDead = ({ raw }: OrderHistory): number =>
  raw.filter(({ expect }) => expect === 'dead-letter').length
