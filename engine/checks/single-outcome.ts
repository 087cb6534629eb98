// One outcome: the book, inventory and the notifications tell one story of each order.
// An order that is failed in the book may be undecided in inventory (it was never asked) or released by it.
import { defineCheck, evaluateAll } from './check.ts'
import { standing, type OrderHistory, orderHistories } from './order-history.ts'

export const singleOutcome = defineCheck(
  'single-outcome',
  'no order is both reserved and failed, in any two stores',
  history => {
    const decided = [...orderHistories(history).values()].filter(
      ({ rows, decisions, notifications }) => rows.length + decisions.length + notifications.length > 1,
    )
    const offenders = decided.flatMap(trace => whyTornApart(trace).map(why => `${trace.orderId} ${why}`))
    return evaluateAll({ looked: decided.length, what: 'orders that several stores know', offenders })
  },
)

function whyTornApart(trace: OrderHistory): string[] {
  const { rows, decisions, notifications } = trace
  const inventory = standing(trace) ?? 'undecided'
  const torn = rows.flatMap(({ status }) => {
    if (status === 'reserved' && inventory !== 'reserved')
      return [`is reserved in the book and ${inventory} in inventory`]
    if (status === 'failed' && inventory === 'reserved') return ['is failed in the book and reserved in inventory']
    return []
  })
  const several = new Set([...rows.map(row => row.status), ...decisions.map(row => row.outcome.status)])
  if (torn.length === 0 && rows.length + decisions.length > 2 && several.has('reserved') && several.has('failed'))
    torn.push('has several outcomes')
  if (notifications.length > 0 && inventory !== 'reserved') torn.push(`is ${inventory} and was confirmed`)
  else if (notifications.length > 0 && rows.some(row => row.status === 'failed'))
    torn.push('is failed and was confirmed')
  return torn
}
