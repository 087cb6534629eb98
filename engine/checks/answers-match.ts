// Answers true: what the client was told agrees with the end. 201: reserved and confirmed · 202 and other 2xx: decided, and in the book ·
// 409 about stock: nothing taken · 400, 413, 422, 503 and a refused connection: nothing happened, unless another attempt
// of the order may have made it happen. 500, 502 and 504 promise nothing.
import { type Attempt, isUnknown } from '../load/attempt.ts'
import { defineCheck, evaluateAll } from './check.ts'
import { holdsStock, isDecided, standing, type OrderHistory, orderHistories } from './order-history.ts'

export const answersMatch = defineCheck('answers-match', 'what the client was told agrees with the end', history => {
  const all = [...orderHistories(history).values()]
  const told = all.flatMap(({ attempts }) => attempts).filter(({ answer }) => !isUnknown(answer))
  const offenders = all.flatMap(trace => [...new Set(whyUntrue(trace))].map(why => `${trace.orderId} ${why}`))
  return evaluateAll({ looked: told.length, what: 'answers', offenders })
})

/** Answers of 409 that say something else than that the order was not reserved. */
const SAYS_NOTHING = new Set(['order-undecided', 'order-conflict'])
const NOTHING_HAPPENED = new Set([400, 413, 422, 503])

function whyUntrue(trace: OrderHistory): string[] {
  const untouched = !holdsStock(trace) && trace.notifications.length === 0
  const nothingElse = trace.raw.length === 0 && trace.attempts.every(saysNothingHappened)
  return trace.attempts.flatMap(attempt => {
    const { answer } = attempt
    if (saysNothingHappened(attempt))
      return nothingElse && !untouched ? [`was told ${said(attempt)} and took effect`] : []
    if (answer.kind !== 'status') return []
    if (answer.orderId !== undefined && answer.orderId !== trace.orderId) return [`was answered as ${answer.orderId}`]
    if (answer.status === 201) return isCompleted(trace) ? [] : ['was told 201 and is not both reserved and confirmed']
    if (answer.status >= 200 && answer.status < 300)
      return isDecided(trace) && trace.rows.length > 0
        ? []
        : [`was told ${answer.status} and is not decided in the book`]
    if (answer.status === 409 && !SAYS_NOTHING.has(answer.code ?? ''))
      return untouched ? [] : ['was told 409 and took effect']
    return []
  })
}

function saysNothingHappened({ answer }: Attempt): boolean {
  return answer.kind === 'refused' || (answer.kind === 'status' && NOTHING_HAPPENED.has(answer.status))
}

const said = ({ answer }: Attempt): string => (answer.kind === 'status' ? String(answer.status) : answer.kind)

const isCompleted = (trace: OrderHistory): boolean =>
  trace.rows.some(row => row.status === 'reserved') && standing(trace) === 'reserved' && trace.notifications.length > 0
