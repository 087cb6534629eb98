/**
 * A way to break a valid history in one place, and the helpers for it.
 */
import type { MovementRow } from '#common/contracts/evidence.ts'
import type { Evidence, History } from '../../run/history.ts'
import { holdsStock, type OrderHistory } from '../../checks/order-history.ts'

export type Mutation = {
  name: string
  /** Whether it can be done to the order. */
  on(order: OrderHistory): boolean
  /** The order is of this history: its rows are the history's own. */
  mutate(history: History, order: OrderHistory): void
  /** The names of the checks that turn invalid; no other does. */
  caughtBy: readonly string[]
}

/** Later than any stamp of a sample history. */
export const LATE_NS = 1e12

export const answered = (status: number) => (order: OrderHistory) =>
  order.attempts.length === 1 &&
  order.attempts.every(({ answer }) => answer.kind === 'status' && answer.status === status)
const plenty = (order: OrderHistory) => order.planned?.expected === 'reserved' && order.raw.length === 0
export const notified = (order: OrderHistory) => plenty(order) && holdsStock(order)

export function forget(
  { evidence }: History,
  { orderId }: OrderHistory,
  ...kinds: ('orders' | 'decisions' | 'notifications')[]
): void {
  if (kinds.includes('orders')) evidence.orders = evidence.orders.filter(row => row.orderId !== orderId)
  if (kinds.includes('decisions')) evidence.decisions = evidence.decisions.filter(row => row.orderId !== orderId)
  if (kinds.includes('notifications'))
    evidence.notifications = evidence.notifications.filter(row => row.orderId !== orderId)
}

/** Takes the order's stock again, or gives it back, with stock and movements in agreement. */
export function moveAgain({ evidence }: History, { movements }: OrderHistory, kind: 'reserve' | 'undo'): void {
  const reserves = movements.filter(movement => movement.kind === 'reserve')
  for (const movement of reserves) {
    const row = evidence.stock.find(({ kitchenId, sku }) => kitchenId === movement.kitchenId && sku === movement.sku)
    if (row) row.quantity += kind === 'reserve' ? movement.delta : -movement.delta
    if (kind === 'reserve') addMovement(evidence, movement)
  }
  if (kind === 'undo') evidence.movements = evidence.movements.filter(movement => !reserves.includes(movement))
}

/** Appends a copy of the movement where its stamp puts it. */
export function addMovement({ movements }: Evidence, movement: MovementRow): void {
  movements.push({ ...movement })
  movements.sort((one, other) => one.atNs - other.atNs)
  for (const [index, row] of movements.entries()) row.seq = index + 1
}

/** The moment before inventory decided the order. */
export const justBefore = ({ decisions }: OrderHistory): number => (decisions[0]?.decidedNs ?? LATE_NS) - 1

export const rowOf = ({ evidence }: History, { orderId }: OrderHistory) =>
  evidence.orders.find(row => row.orderId === orderId)
