// Expected outcomes: the orders that the seed demands to fail, failed with a reason; those with plenty were reserved; the
// scarce kitchen gave exactly its stock. An order without an outcome is `lost` or `stuck`, and not judged here.
import type { History } from '../run/history.ts'
import { defineCheck, evaluateAll } from './check.ts'
import { isDecided, standing, type OrderHistory, orderHistories } from './order-history.ts'

/** `mayFail`: reasons for which the variant's faults may fail an order that was planned as reserved. */
export const expectedOutcomes = ({ mayFail = [] }: { mayFail?: readonly string[] } = {}) =>
  defineCheck('expected-outcomes', 'orders are reserved or fail as the load demands', history => {
    const decided = [...orderHistories(history).values()].filter(trace => trace.planned && isDecided(trace))
    const offenders = [
      ...decided.flatMap(trace => whyUnexpected(trace, mayFail).map(why => `${trace.orderId} ${why}`)),
      ...scarceKitchens(decided).flatMap(kitchen => whyNotItsStock(kitchen, decided, history)),
    ]
    return evaluateAll({ looked: decided.length, what: 'decided orders of the plan', offenders })
  })

const isReserved = (trace: OrderHistory): boolean =>
  trace.rows.length > 0 ? trace.rows.some(row => row.status === 'reserved') : standing(trace) === 'reserved'

function reasonOf({ rows, decisions }: OrderHistory): string | null {
  const outcome = decisions[0]?.outcome
  return rows[0]?.reason ?? (outcome?.status === 'failed' ? outcome.reason : null)
}

function whyUnexpected(trace: OrderHistory, mayFail: readonly string[]): string[] {
  const reserved = isReserved(trace)
  const reason = reasonOf(trace)
  if (!reserved && reason === null && standing(trace) !== 'released') return ['failed without a reason']
  if (trace.planned?.expected === 'failed') return reserved ? ['had to fail and is reserved'] : []
  if (reserved || mayFail.includes(reason ?? 'released')) return []
  const soldOut = trace.planned?.expected === 'scarce' && reason === 'out-of-stock'
  return soldOut ? [] : [`failed: ${reason ?? 'released'}`]
}

const scarceKitchens = (decided: OrderHistory[]): string[] => [
  ...new Set(decided.flatMap(({ planned }) => (planned?.expected === 'scarce' ? [planned.kitchenId] : []))),
]

/**
 * Scarce orders are of one unit. A unit that was given back may have come too late for the others, so a kitchen with a
 * release is left to `oversold` and `conservation`.
 */
function whyNotItsStock(kitchenId: string, decided: OrderHistory[], { openingStock }: History): string[] {
  const named = openingStock[kitchenId]
  const asked = decided.filter(({ planned, decisions }) => planned?.kitchenId === kitchenId && decisions.length > 0)
  if (!named || asked.some(trace => standing(trace) === 'released')) return []
  const stock = Object.values(named).reduce((units, more) => units + more, 0)
  const reserved = asked.filter(trace => standing(trace) === 'reserved').length
  const due = Math.min(stock, asked.length)
  return reserved === due
    ? []
    : [`${kitchenId} reserved ${reserved} of ${stock} units though ${asked.length} were wanted`]
}
