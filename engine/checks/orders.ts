/**
 * The checks of what became of each order: none lost, undecided, duplicated or unexpected, one outcome in every store and the one
 * that the plan expects, answers that agree with it, and none left unknown.
 *
 * Guarantees: effects are judged by the appended movements and notifications, which no unique key shapes, and not by the
 * inbox that has to prevent a duplicate.
 */
import { type Attempt, isUnknown } from '../load/attempt.ts'
import type { History } from '../run/history.ts'
import { defineCheck, evaluateAll } from './check.ts'
import {
  expectedDead,
  held,
  holdsStock,
  isDecided,
  isReserved,
  isValid,
  leftNothing,
  type OrderHistory,
  orderHistories,
  standing,
  wanted,
  wasRequested,
} from './order-history.ts'

const all = (history: History): OrderHistory[] => [...orderHistories(history).values()]

/** Every reason against every order, with the order's id before it. */
const offendersOf = (orders: readonly OrderHistory[], reasonsOf: (order: OrderHistory) => string[]): string[] =>
  orders.flatMap(order => reasonsOf(order).map(reason => `${order.orderId} ${reason}`))

/** A client was answered 2xx, or the timeline sent a message that must be decided: then some store has an outcome. */
export const lost = defineCheck('lost', 'every order that was answered 2xx has an outcome at the end', history => {
  const accepted = all(history).filter(wasAccepted)
  const offenders = offendersOf(accepted, order => (isDecided(order) ? [] : ['has no outcome']))
  return evaluateAll({ examined: accepted.length, what: 'accepted orders', offenders })
})

function wasAccepted({ attempts, raw }: OrderHistory): boolean {
  const accepted = attempts.some(
    ({ answer }) => answer.kind === 'status' && answer.status >= 200 && answer.status < 300,
  )
  return accepted || raw.some(({ expect }) => expect === 'decided')
}

/**
 * An order that the services hold is final in time: failed, or reserved and notified. A valid order in a dead-letter queue is
 * undecided; a message that was sent to end there is not.
 */
export const undecided = defineCheck(
  'undecided',
  'every order is final in time, and none is in a dead-letter queue',
  history => {
    const held = all(history).filter(order => wasRequested(order) && isHeld(order))
    const offenders = offendersOf(held, whyUndecided)
    if (!history.quiescent) offenders.push('the deadline passed before every order was decided')
    return evaluateAll({ examined: held.length, what: 'orders that the services hold', offenders })
  },
)

const isHeld = ({ rows, decisions, deadLetters }: OrderHistory): boolean =>
  rows.length + decisions.length + deadLetters.length > 0

function whyUndecided(order: OrderHistory): string[] {
  const { rows, notifications, deadLetters, decisions } = order
  const dead = isValid(order) && deadLetters.length > expectedDead(order)
  // No service decides an order of which every message was sent to be dead-lettered.
  const onlyPoison = deadLetters.length > 0 && !dead && decisions.length === 0
  const pending = rows.some(row => row.status === 'pending') && !onlyPoison
  return [
    ...(pending ? ['is still pending'] : []),
    ...(dead ? ['is in the dead-letter queue'] : []),
    ...(isReserved(order) && notifications.length === 0 ? ['is reserved and was never notified'] : []),
  ]
}

/** No order has more than one reservation or notification. */
export const duplicated = defineCheck('duplicated', 'no order is reserved or notified more than once', history => {
  const touched = all(history).filter(
    ({ decisions, movements, notifications }) => movements.length + notifications.length > 0 || decisions.length > 1,
  )
  const offenders = offendersOf(touched, whyDuplicated)
  return evaluateAll({ examined: touched.length, what: 'reserved or notified orders', offenders })
})

function whyDuplicated(order: OrderHistory): string[] {
  const { movements, notifications, planned, decisions } = order
  const reserves = new Map<string, number>()
  for (const { kind, sku } of movements) if (kind === 'reserve') reserves.set(sku, (reserves.get(sku) ?? 0) + 1)
  const repeated = [...reserves]
    .filter(([, times]) => times > 1)
    .map(([sku, times]) => `reserved ${sku} ${times} times`)
  const units = planned && wanted(planned)
  const tooMuch = [...held(order)]
    .filter(([sku, count]) => count > (units?.get(sku) ?? Infinity))
    .map(([sku, count]) => `holds ${count} ${sku} and requested ${units?.get(sku) ?? 0}`)
  return [
    ...repeated,
    ...tooMuch,
    ...(decisions.length > 1 ? [`was decided ${decisions.length} times`] : []),
    ...(notifications.length > 1 ? [`was notified ${notifications.length} times`] : []),
  ]
}

/** No effect of an order that neither a client nor a message of the timeline requested. */
export const unexpected = defineCheck('unexpected', 'no order has an effect that nobody requested', history => {
  const effects = all(history).filter(order => !leftNothing(order))
  const offenders = offendersOf(effects, order => (wasRequested(order) ? [] : [effectsOf(order)]))
  return evaluateAll({ examined: effects.length, what: 'orders with an effect', offenders })
})

function effectsOf({ rows, decisions, movements, notifications }: OrderHistory): string {
  const effects = [
    rows.length > 0 && 'is in the orders table',
    decisions.length > 0 && 'was decided',
    movements.length > 0 && 'moved stock',
    notifications.length > 0 && 'was notified',
  ].filter(Boolean)
  return effects.length > 0 ? effects.join(', ') : 'is in the dead-letter queue'
}

/** An order that came from a client is in the orders table as soon as anything came of it, and once. */
export const recorded = defineCheck(
  'recorded',
  'every order of a client that had an effect is in the orders table, once, and nothing in it is pending',
  history => {
    const touched = all(history).filter(order => order.attempts.length > 0 && !leftNothing(order))
    const offenders = offendersOf(touched, ({ rows }) => {
      const [row] = rows
      if (!row) return ['is not in the orders table']
      return [
        ...(rows.length > 1 ? [`is in the orders table ${rows.length} times`] : []),
        ...(row.notification === 'pending' ? ['waits for its notification in the orders table'] : []),
        ...(row.notification === 'sent' && row.status !== 'reserved'
          ? [`is ${row.status}, with a notification, in the orders table`]
          : []),
        ...(row.status !== 'pending' && row.decidedNs === null
          ? [`is ${row.status} in the orders table, and never was decided`]
          : []),
      ]
    })
    return evaluateAll({ examined: touched.length, what: 'orders of clients with an effect', offenders })
  },
)

/**
 * The orders table, inventory and the notifications agree on each order. An order that is failed in the orders table may be
 * undecided in inventory, which was never called, or released by it.
 */
export const singleOutcome = defineCheck(
  'single-outcome',
  'no order is both reserved and failed, in any two stores',
  history => {
    const known = all(history).filter(
      ({ rows, decisions, notifications }) => rows.length + decisions.length + notifications.length > 1,
    )
    return evaluateAll({
      examined: known.length,
      what: 'orders that several stores hold',
      offenders: offendersOf(known, whyContradictory),
    })
  },
)

function whyContradictory(order: OrderHistory): string[] {
  const { rows, decisions, notifications } = order
  const inventory = standing(order) ?? 'undecided'
  const reasons = rows.flatMap(({ status }) => {
    if (status === 'reserved' && inventory !== 'reserved')
      return [`is reserved in the orders table and ${inventory} in inventory`]
    if (status === 'failed' && inventory === 'reserved')
      return ['is failed in the orders table and reserved in inventory']
    return []
  })
  // A decision whose stock was given back is no reservation any more.
  const decided = decisions.map(({ outcome, released }) => (released ? 'failed' : outcome.status))
  const outcomes = new Set([...rows.map(row => row.status), ...decided])
  if (reasons.length === 0 && outcomes.has('reserved') && outcomes.has('failed')) reasons.push('has several outcomes')
  if (notifications.length > 0 && inventory !== 'reserved') reasons.push(`is ${inventory} and was notified`)
  else if (notifications.length > 0 && rows.some(row => row.status === 'failed'))
    reasons.push('is failed and was notified')
  return reasons
}

/**
 * The orders that the plan expects to fail, failed with a reason; those with plenty of stock were reserved; the scarce kitchen
 * reserved exactly its stock. An order without an outcome is `lost` or `undecided`, and not judged here.
 * @param mayFail reasons for which the variant's faults may fail an order that was planned as reserved
 */
export const expectedOutcomes = ({ mayFail = [] }: { mayFail?: readonly string[] } = {}) =>
  defineCheck('expected-outcomes', 'orders are reserved or fail as the load planned', history => {
    const decided = all(history).filter(order => order.planned && isDecided(order))
    const offenders = [
      ...offendersOf(decided, order => whyNotAsPlanned(order, mayFail)),
      ...[...Map.groupBy(decided, ({ planned }) => planned?.kitchenId ?? '')].flatMap(([kitchen, orders]) =>
        orders.some(({ planned }) => planned?.expected === 'scarce') ? whyNotItsStock(kitchen, orders, history) : [],
      ),
    ]
    return evaluateAll({ examined: decided.length, what: 'decided orders of the load', offenders })
  })

function reasonOf({ rows, decisions }: OrderHistory): string | null {
  const outcome = decisions[0]?.outcome
  return rows[0]?.reason ?? (outcome?.status === 'failed' ? outcome.reason : null)
}

function whyNotAsPlanned(order: OrderHistory, mayFail: readonly string[]): string[] {
  const reserved = isReserved(order)
  const reason = reasonOf(order)
  if (!reserved && reason === null && standing(order) !== 'released') return ['failed without a reason']
  if (order.planned?.expected === 'failed') return reserved ? ['had to fail and is reserved'] : []
  if (reserved || mayFail.includes(reason ?? 'released')) return []
  const soldOut = order.planned?.expected === 'scarce' && reason === 'out-of-stock'
  return soldOut ? [] : [`failed: ${reason ?? 'released'}`]
}

/**
 * Scarce orders are of one unit. A released unit may have come too late for the others, so a kitchen with a
 * release is left to `oversold` and `conservation`.
 */
function whyNotItsStock(kitchenId: string, decided: readonly OrderHistory[], { openingStock }: History): string[] {
  const named = openingStock[kitchenId]
  const requested = decided.filter(({ decisions }) => decisions.length > 0)
  if (!named || requested.some(order => standing(order) === 'released')) return []
  const stock = Object.values(named).reduce((units, more) => units + more, 0)
  const reserved = requested.filter(order => standing(order) === 'reserved').length
  const due = Math.min(stock, requested.length)
  return reserved === due
    ? []
    : [`${kitchenId} reserved ${reserved} of ${stock} units though ${requested.length} were requested`]
}

/**
 * What a client was answered agrees with the final state. 201: reserved and notified · 202 and other 2xx: decided, and in the
 * orders table · 409 about stock: nothing taken · 400, 413, 422, 503 and a refused connection: nothing happened, unless another
 * attempt of the order may have made it happen. 500, 502 and 504 promise nothing.
 */
export const answersMatch = defineCheck(
  'answers-match',
  'what the client was answered agrees with the final state',
  history => {
    const orders = all(history)
    const answered = orders.flatMap(({ attempts }) => attempts).filter(({ answer }) => !isUnknown(answer))
    const offenders = offendersOf(orders, order => [...new Set(whyFalse(order))])
    return evaluateAll({ examined: answered.length, what: 'answers', offenders })
  },
)

/** Answers of 409 that say something else than that the order was not reserved. */
const SAYS_NOTHING = new Set(['order-undecided', 'dead-lettered', 'order-conflict'])
const NOTHING_HAPPENED = new Set([400, 413, 422, 503])

function whyFalse(order: OrderHistory): string[] {
  const untouched = !holdsStock(order) && order.notifications.length === 0
  const nothingElse = order.raw.length === 0 && order.attempts.every(saysNothingHappened)
  return order.attempts.flatMap(attempt => {
    const { answer } = attempt
    if (answer.kind === 'status' && answer.orderId !== undefined && answer.orderId !== order.orderId)
      return [`was answered with the id ${answer.orderId}`]
    if (saysNothingHappened(attempt))
      return nothingElse && !untouched ? [`was answered ${answerOf(attempt)} and took effect`] : []
    if (answer.kind !== 'status') return []
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

/**
 * Of every attempt without an answer, and every 504, the end shows that it happened, or that it did not. Vacuous when every
 * attempt was answered: experiments without unknowns leave it out, or take `allResolved`.
 */
export const unknownResolved = defineCheck(
  'unknown-resolved',
  'every attempt without an answer is shown to have happened or not',
  history => {
    const open = all(history).filter(isOpen)
    const offenders = whyUnresolved(open, history)
    return evaluateAll({ examined: open.length, what: 'orders with an unanswered attempt', offenders })
  },
)

/** As `unknownResolved`, over all requested orders: it counts 0 where every attempt was answered. */
export const allResolved = defineCheck('all-resolved', 'no order is unknown in the end', history => {
  const requested = all(history).filter(wasRequested)
  const offenders = whyUnresolved(requested, history)
  return evaluateAll({ examined: requested.length, what: 'requested orders', offenders })
})

const whyUnresolved = (orders: readonly OrderHistory[], history: History): string[] =>
  offendersOf(orders, order => (isOpen(order) && !isResolved(order, history) ? ['is unresolved'] : []))

const isOpen = ({ attempts }: OrderHistory): boolean => attempts.some(leftOpen)

const leftOpen = ({ answer }: Attempt): boolean =>
  isUnknown(answer) || (answer.kind === 'status' && answer.status === 504)

/** Final wherever it is known; or nowhere known, when no order can come any more. */
const isResolved = (order: OrderHistory, { evidence }: History): boolean =>
  (leftNothing(order) && evidence.onTheirWay === 0) ||
  (isDecided(order) && order.rows.every(row => row.status !== 'pending'))
