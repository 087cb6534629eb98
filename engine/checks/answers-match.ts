/**
 * What a client was answered agrees with the final state. 201: reserved and notified · 202 and other 2xx: decided, and in the
 * orders table · 409 about stock: nothing taken · 400, 413, 422, 503 and a refused connection: nothing happened, unless another
 * attempt of the order may have made it happen. 500, 502 and 504 promise nothing.
 */
import { type Attempt, isUnknown } from '../load/attempt.ts'
import { defineCheck, evaluateAll } from './check.ts'
import { holdsStock, isDecided, standing, type OrderHistory, orderHistories } from './order-history.ts'

export const answersMatch = defineCheck(
  'answers-match',
  'what the client was answered agrees with the final state',
  history => {
    const all = [...orderHistories(history).values()]
    const answered = all.flatMap(({ attempts }) => attempts).filter(({ answer }) => !isUnknown(answer))
    const offenders = all.flatMap(order => [...new Set(whyFalse(order))].map(why => `${order.orderId} ${why}`))
    return evaluateAll({ examined: answered.length, what: 'answers', offenders })
  },
)

/** Answers of 409 that say something else than that the order was not reserved. */
const SAYS_NOTHING = new Set(['order-undecided', 'order-conflict'])
const NOTHING_HAPPENED = new Set([400, 413, 422, 503])

function whyFalse(order: OrderHistory): string[] {
  const untouched = !holdsStock(order) && order.notifications.length === 0
  const nothingElse = order.raw.length === 0 && order.attempts.every(saysNothingHappened)
  return order.attempts.flatMap(attempt => {
    const { answer } = attempt
    if (saysNothingHappened(attempt))
      return nothingElse && !untouched ? [`was answered ${answerOf(attempt)} and took effect`] : []
    if (answer.kind !== 'status') return []
    if (answer.orderId !== undefined && answer.orderId !== order.orderId)
      return [`was answered with the id ${answer.orderId}`]
    if (answer.status === 201)
      return isCompleted(order) ? [] : ['was answered 201 and is not both reserved and notified']
    if (answer.status >= 200 && answer.status < 300)
      return isDecided(order) && order.rows.length > 0
        ? []
        : [`was answered ${answer.status} and is not decided in the orders table`]
    if (answer.status === 409 && !SAYS_NOTHING.has(answer.code ?? ''))
      return untouched ? [] : ['was answered 409 and took effect']
    return []
  })
}

function saysNothingHappened({ answer }: Attempt): boolean {
  return answer.kind === 'refused' || (answer.kind === 'status' && NOTHING_HAPPENED.has(answer.status))
}

const answerOf = ({ answer }: Attempt): string => (answer.kind === 'status' ? String(answer.status) : answer.kind)

const isCompleted = (order: OrderHistory): boolean =>
  order.rows.some(row => row.status === 'reserved') && standing(order) === 'reserved' && order.notifications.length > 0
