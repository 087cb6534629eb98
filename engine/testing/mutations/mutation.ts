/**
 * A way to break a valid history in one place, and the helpers for it.
 */
import type { MovementRow } from '#common/contracts/evidence.ts'
import { SCARCE_KITCHEN } from '../../load/mix.ts'
import type { Evidence, History } from '../../run/history.ts'
import { holdsStock, type OrderHistory } from '../../checks/order-history.ts'

export type Mutation = {
  name: string
  /** Whether it can be done to the order. */
  on(order: OrderHistory): boolean
  /** The order is of this history: its rows are the history's own. */
  mutate(history: History, order: OrderHistory): void
  /** The names of the checks that turn invalid, or unknown where the load was not as planned; no other does. */
  caughtBy: readonly string[]
}

/** Later than any stamp of a sample history. */
export const LATE_NS = 1e12
/** Of a row of the orders table that was written then. */
export const LATE_ROW = { placedNs: LATE_NS, placedKeptNs: null, decidedNs: LATE_NS + 1, decidedKeptNs: null }

export const answered = (status: number) => (order: OrderHistory) =>
  order.attempts.length === 1 &&
  order.attempts.every(({ answer }) => answer.kind === 'status' && answer.status === status)
const plenty = (order: OrderHistory) => order.planned?.expected === 'reserved' && order.raw.length === 0
export const notified = (order: OrderHistory) => plenty(order) && holdsStock(order)
export const notifiedAfter = (status: number) => (order: OrderHistory) => notified(order) && answered(status)(order)
export const soldOut = (order: OrderHistory) => order.planned?.kitchenId === SCARCE_KITCHEN && answered(409)(order)
export const isLate = ({ attempts }: OrderHistory) => attempts.length === 1 && attempts[0]?.answer.kind === 'deadline'
export const isReleased = ({ decisions }: OrderHistory) =>
  decisions.some(({ released, outcome }) => released && outcome.status === 'reserved')

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

/** The order is in the orders table, and nothing else became of it. */
export function leavePending(history: History, order: OrderHistory): void {
  moveAgain(history, order, 'undo')
  forget(history, order, 'decisions', 'notifications')
  Object.assign(rowOf(history, order) ?? {}, { status: 'pending', notification: null })
}

export function failDecision({ decisions }: OrderHistory): void {
  for (const row of decisions) row.outcome = { status: 'failed', reason: 'out-of-stock' }
}

/** As the services word it: a success names the order and says what it is, a refusal its reason. */
export function answerWith({ orderId, attempts }: OrderHistory, status: 201 | 409): void {
  const content =
    status === 201 ? { code: undefined, orderId, says: 'reserved' } : { code: 'out-of-stock', says: undefined }
  for (const { answer } of attempts) if (answer.kind === 'status') Object.assign(answer, { status, ...content })
}

/** A reservation in the kitchen that sells out. */
export const scarceReserve = ({ evidence }: History): MovementRow => {
  const found = evidence.movements.find(row => row.kind === 'reserve' && row.kitchenId === SCARCE_KITCHEN)
  if (!found) throw new Error('the sample history has no scarce order')
  return found
}

/** The stock that the order's first movement changed. */
export const stockOf = ({ evidence }: History, { movements }: OrderHistory) =>
  evidence.stock.find(row => row.kitchenId === movements[0]?.kitchenId && row.sku === movements[0].sku)

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
