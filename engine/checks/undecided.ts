// Stuck: an order that the services hold and that was not final in time. Final is failed, or reserved and confirmed.
// A valid order in a dead-letter queue is stuck too; a message that was sent to end there is not.
import { defineCheck, evaluateAll } from './check.ts'
import { expectedDead, isValid, standing, type OrderHistory, orderHistories, wasRequested } from './order-history.ts'

export const undecided = defineCheck(
  'undecided',
  'every order is final in time, and none is in a dead-letter queue',
  history => {
    const held = [...orderHistories(history).values()].filter(trace => wasRequested(trace) && isHeld(trace))
    const offenders = held.flatMap(trace => whyStuck(trace).map(why => `${trace.orderId} ${why}`))
    if (!history.quiescent) offenders.push('the deadline came before every order was decided')
    return evaluateAll({ looked: held.length, what: 'orders that the services hold', offenders })
  },
)

const isHeld = ({ rows, decisions, deadLetters }: OrderHistory): boolean =>
  rows.length + decisions.length + deadLetters.length > 0

function whyStuck(trace: OrderHistory): string[] {
  const { rows, notifications, deadLetters, decisions } = trace
  const dead = isValid(trace) && deadLetters.length > expectedDead(trace)
  // Nobody decides an order of which each message was sent to be given up.
  const givenUp = deadLetters.length > 0 && !dead && decisions.length === 0
  const pending = rows.some(row => row.status === 'pending') && !givenUp
  const reserved = rows.length > 0 ? rows.some(row => row.status === 'reserved') : standing(trace) === 'reserved'
  return [
    ...(pending ? ['is still pending'] : []),
    ...(dead ? ['is in the dead-letter queue'] : []),
    ...(reserved && notifications.length === 0 ? ['is reserved and was never confirmed'] : []),
  ]
}
