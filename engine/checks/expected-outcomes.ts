// The orders that the load planned to fail, failed with a reason; those with plenty of stock were reserved; the scarce kitchen
// reserved exactly its stock. An order without an outcome is `lost` or `undecided`, and not judged here.
import type { History } from '../run/history.ts'
import { defineCheck, evaluateAll } from './check.ts'
import { isDecided, standing, type OrderHistory, orderHistories } from './order-history.ts'

/** `mayFail`: reasons for which the variant's faults may fail an order that was planned as reserved. */
export const expectedOutcomes = ({ mayFail = [] }: { mayFail?: readonly string[] } = {}) =>
  defineCheck('expected-outcomes', 'orders are reserved or fail as the load planned', history => {
    const decided = [...orderHistories(history).values()].filter(order => order.planned && isDecided(order))
    const offenders = [
      ...decided.flatMap(order => whyUnexpected(order, mayFail).map(why => `${order.orderId} ${why}`)),
      ...scarceKitchens(decided).flatMap(kitchen => whyNotItsStock(kitchen, decided, history)),
    ]
    return evaluateAll({ examined: decided.length, what: 'decided orders of the load', offenders })
  })

const isReserved = (order: OrderHistory): boolean =>
  order.rows.length > 0 ? order.rows.some(row => row.status === 'reserved') : standing(order) === 'reserved'

function reasonOf({ rows, decisions }: OrderHistory): string | null {
  const outcome = decisions[0]?.outcome
  return rows[0]?.reason ?? (outcome?.status === 'failed' ? outcome.reason : null)
}

function whyUnexpected(order: OrderHistory, mayFail: readonly string[]): string[] {
  const reserved = isReserved(order)
  const reason = reasonOf(order)
  if (!reserved && reason === null && standing(order) !== 'released') return ['failed without a reason']
  if (order.planned?.expected === 'failed') return reserved ? ['had to fail and is reserved'] : []
  if (reserved || mayFail.includes(reason ?? 'released')) return []
  const soldOut = order.planned?.expected === 'scarce' && reason === 'out-of-stock'
  return soldOut ? [] : [`failed: ${reason ?? 'released'}`]
}

const scarceKitchens = (decided: OrderHistory[]): string[] => [
  ...new Set(decided.flatMap(({ planned }) => (planned?.expected === 'scarce' ? [planned.kitchenId] : []))),
]

/**
 * Scarce orders are of one unit. A released unit may have come too late for the others, so a kitchen with a
 * release is left to `oversold` and `conservation`.
 */
function whyNotItsStock(kitchenId: string, decided: OrderHistory[], { openingStock }: History): string[] {
  const named = openingStock[kitchenId]
  const requested = decided.filter(({ planned, decisions }) => planned?.kitchenId === kitchenId && decisions.length > 0)
  if (!named || requested.some(order => standing(order) === 'released')) return []
  const stock = Object.values(named).reduce((units, more) => units + more, 0)
  const reserved = requested.filter(order => standing(order) === 'reserved').length
  const due = Math.min(stock, requested.length)
  return reserved === due
    ? []
    : [`${kitchenId} reserved ${reserved} of ${stock} units though ${requested.length} were requested`]
}
