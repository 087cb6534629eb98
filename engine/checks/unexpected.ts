// Ghost: an effect of an order that nobody asked for, neither the plan nor a message of the timeline.
import { defineCheck, judgeAll } from './check.ts'
import { leftNothing, type Trace, traces, wasAsked } from './order-history.ts'

export const ghost = defineCheck('ghost', 'nothing happened for an order that nobody asked for', history => {
  const effects = [...traces(history).values()].filter(trace => !leftNothing(trace))
  const offenders = effects.filter(trace => !wasAsked(trace)).map(trace => `${trace.orderId} ${whatItLeft(trace)}`)
  return judgeAll({ looked: effects.length, what: 'orders that left something', offenders })
})

function whatItLeft({ rows, decisions, movements, notifications }: Trace): string {
  const left = [
    rows.length > 0 && 'is in the book',
    decisions.length > 0 && 'was decided',
    movements.length > 0 && 'moved stock',
    notifications.length > 0 && 'was confirmed',
  ].filter(Boolean)
  return left.length > 0 ? left.join(', ') : 'is in the dead-letter queue'
}
