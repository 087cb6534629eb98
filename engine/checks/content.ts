/**
 * The check of what services and answers say of an order: who ordered, where, with which note, what became of it and why.
 *
 * Does not judge units of stock: conservation does. An order that the timeline sent past the client's door is judged by nothing
 * here, because the history does not hold its content.
 */
import { isBusiness } from '../analysis/order-timeline.ts'
import { defineCheck, evaluateAll } from './check.ts'
import { type OrderHistory, orderHistories } from './order-history.ts'
import { reasonToFail, stateOf } from './service.ts'

export const content = defineCheck(
  'content',
  'rows, notifications and answers are of the order that was requested, with one reason',
  history => {
    const orders = [...orderHistories(history).values()].filter(({ planned }) => planned)
    const offenders = orders.flatMap(order => whyOther(order).map(why => `${order.orderId} ${why}`))
    return evaluateAll({ examined: orders.length, what: 'orders of the load', offenders })
  },
)

function whyOther(order: OrderHistory): string[] {
  return [
    ...new Set([
      ...whyOtherRow(order),
      ...whyOtherEffect(order),
      ...whyOtherNote(order),
      ...whyOtherAnswer(order),
      ...whyOtherLearned(order),
    ]),
  ]
}

function whyOtherRow({ planned, attempts, rows, decisions }: OrderHistory): string[] {
  if (!planned) return []
  return rows.flatMap(row => [
    ...(row.userId === planned.userId ? [] : [`is of the user ${row.userId} in the orders table`]),
    ...(row.kitchenId === planned.kitchenId ? [] : [`is of the kitchen ${row.kitchenId} in the orders table`]),
    // The generator sends the id of the order as its correlation id.
    ...(attempts.length === 0 || row.correlationId === planned.orderId
      ? []
      : [`has the correlation id ${row.correlationId}`]),
    ...(row.status !== 'failed' && row.reason !== null ? [`is ${row.status} with the reason ${row.reason}`] : []),
    ...(row.status === 'failed' && !isReason(row.reason) ? [`failed for ${row.reason}, which is no reason`] : []),
    ...(isBusiness(row.reason) && decisions.length === 0
      ? [`failed for ${row.reason}, and inventory never decided it`]
      : []),
    ...decisions.flatMap(({ outcome }) =>
      outcome.status === 'failed' && isBusiness(row.reason) && outcome.reason !== row.reason
        ? [`failed for ${row.reason} in the orders table and for ${outcome.reason} in inventory`]
        : [],
    ),
  ])
}

/** Why an order may have failed for good: for what it is, or for what became of its request to inventory. */
const REASONS = [
  'out-of-stock',
  'unknown-sku',
  'released',
  'deadline-passed',
  'inventory-broke',
  'inventory-unavailable',
]
const isReason = (reason: string | null): boolean => reason !== null && REASONS.includes(reason)

function whyOtherEffect({ planned, decisions, movements, notifications }: OrderHistory): string[] {
  if (!planned) return []
  return [
    ...decisions.flatMap(({ outcome }) =>
      outcome.status === 'failed' && isBusiness(outcome.reason) && outcome.reason !== reasonToFail(planned)
        ? [`failed for ${outcome.reason}, and could only for ${reasonToFail(planned)}`]
        : [],
    ),
    ...movements.flatMap(({ kitchenId }) =>
      kitchenId === planned.kitchenId ? [] : [`moved stock of the kitchen ${kitchenId}`],
    ),
    ...notifications.flatMap(({ userId }) => (userId === planned.userId ? [] : [`was notified to ${userId}`])),
  ]
}

/** Each store that holds the order made a fingerprint of what it received, where that had a note. */
function whyOtherNote({ planned, rows, decisions }: OrderHistory): string[] {
  if (!planned) return []
  const sent = planned.fingerprint
  // A tombstone knows no order.
  const decided = decisions.filter(({ outcome }) => outcome.status !== 'failed' || outcome.reason !== 'released')
  return [
    ...rows.flatMap(row => (row.fingerprint === sent ? [] : ['has another note in the orders table'])),
    ...decided.flatMap(row => (row.fingerprint === sent ? [] : ['has another note in inventory'])),
  ]
}

/** What a success must say of the order, by its status. */
const SAID: Readonly<Record<number, readonly string[]>> = {
  200: ['reserved'],
  201: ['reserved'],
  202: ['pending', 'reserved', 'failed'],
}

/** What a client that followed its order was told of it in the end. */
function whyOtherLearned({ attempts, rows }: OrderHistory): string[] {
  return attempts.flatMap(({ learned }) => {
    if (learned?.says === undefined) return []
    const told = stateOf(learned.says, learned.reason)
    const other = rows.find(({ status, reason }) => stateOf(status, reason) !== told)
    return other ? [`was told that it is ${told}, and is ${stateOf(other.status, other.reason)} in the end`] : []
  })
}

function whyOtherAnswer({ attempts, rows }: OrderHistory): string[] {
  return attempts.flatMap(({ answer }) => {
    if (answer.kind !== 'status') return []
    const { status, code, orderId: named, says } = answer
    const said = SAID[status]
    if (said) {
      if (named === undefined) return [`was answered ${status} without an id`]
      if (says === undefined || !said.includes(says)) return [`was answered ${status} and told that it is ${says}`]
      const other = says === 'pending' ? undefined : rows.find(row => row.status !== says)
      return other ? [`was told that it is ${says}, and is ${other.status} in the orders table`] : []
    }
    if (status === 409 && isBusiness(code))
      return rows.flatMap(({ reason }) =>
        reason === code ? [] : [`was answered ${code}, and is ${reason ?? 'not failed'} in the orders table`],
      )
    return []
  })
}
