// Lost: a client was told 2xx, or the timeline sent a message that must be decided, and no store has an outcome.
import { defineCheck, evaluateAll } from './check.ts'
import { isDecided, type OrderHistory, orderHistories } from './order-history.ts'

export const lost = defineCheck('lost', 'every order that was answered 2xx has an outcome at the end', history => {
  const accepted = [...orderHistories(history).values()].filter(wasAccepted)
  const offenders = accepted.filter(trace => !isDecided(trace)).map(({ orderId }) => `${orderId} has no outcome`)
  return evaluateAll({ looked: accepted.length, what: 'accepted orders', offenders })
})

function wasAccepted({ attempts, raw }: OrderHistory): boolean {
  const told = attempts.some(({ answer }) => answer.kind === 'status' && answer.status >= 200 && answer.status < 300)
  return told || raw.some(({ expect }) => expect === 'decided')
}
