// Unknown resolved: of every attempt without an answer (and every 504) the end shows that it happened, or that it did not.
// Vacuous when every attempt was answered: experiments without unknowns leave it out, or take `all-resolved.ts`.
import type { History } from '../run/history.ts'
import { type Attempt, isUnknown } from '../load/attempt.ts'
import { defineCheck, evaluateAll } from './check.ts'
import { isDecided, leftNothing, type OrderHistory, orderHistories } from './order-history.ts'

export const unknownResolved = defineCheck(
  'unknown-resolved',
  'every attempt without an answer is shown to have happened or not',
  history => {
    const open = [...orderHistories(history).values()].filter(isOpen)
    const offenders = whyUnresolved(open, history)
    return evaluateAll({ looked: open.length, what: 'orders with an attempt that had no answer', offenders })
  },
)

/** Those of the orders that have an attempt without an answer, and that the end does not resolve. */
export const whyUnresolved = (orders: readonly OrderHistory[], history: History): string[] =>
  orders.filter(trace => isOpen(trace) && !isResolved(trace, history)).map(({ orderId }) => `${orderId} is still open`)

const isOpen = ({ attempts }: OrderHistory): boolean => attempts.some(leftOpen)

const leftOpen = ({ answer }: Attempt): boolean =>
  isUnknown(answer) || (answer.kind === 'status' && answer.status === 504)

/** Final wherever it is known; or nowhere known, when no order can come any more. */
const isResolved = (trace: OrderHistory, { evidence }: History): boolean =>
  (leftNothing(trace) && evidence.onTheirWay === 0) ||
  (isDecided(trace) && trace.rows.every(row => row.status !== 'pending'))
