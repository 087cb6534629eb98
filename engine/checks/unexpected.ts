// Ghost: an effect of an order that nobody asked for, neither the plan nor a message of the timeline.
import { defineCheck, evaluateAll } from './check.ts'
import { leftNothing, type OrderHistory, orderHistories, wasRequested } from './order-history.ts'

export const unexpected = defineCheck('unexpected', 'nothing happened for an order that nobody asked for', history => {
  const effects = [...orderHistories(history).values()].filter(trace => !leftNothing(trace))
  const offenders = effects.filter(trace => !wasRequested(trace)).map(trace => `${trace.orderId} ${whatItLeft(trace)}`)
  return evaluateAll({ looked: effects.length, what: 'orders that left something', offenders })
})

function whatItLeft({ rows, decisions, movements, notifications }: OrderHistory): string {
  const left = [
    rows.length > 0 && 'is in the book',
    decisions.length > 0 && 'was decided',
    movements.length > 0 && 'moved stock',
    notifications.length > 0 && 'was confirmed',
  ].filter(Boolean)
  return left.length > 0 ? left.join(', ') : 'is in the dead-letter queue'
}
