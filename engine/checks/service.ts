/**
 * The checks of what clients were given: that the load was carried out, that each request was answered right and in time where
 * nothing was broken on purpose, and that who asked for an order was shown what it was.
 */
import type { Attempt, Poll } from '../load/attempt.ts'
import { UNKNOWN_SKU } from '../load/mix.ts'
import type { PlannedOrder } from '../load/orders.ts'
import type { History } from '../run/history.ts'
import { defineCheck, evaluateAll, type Finding } from './check.ts'
import { type OrderHistory, orderHistories } from './order-history.ts'

const BREAKS = new Set(['fault', 'kill', 'pause', 'isolate'])
const HEALS = new Set(['heal', 'start', 'resume'])
/** So long after the last step that heals clients may still feel the fault: a breaker is open, a client connects again. */
const GRACE_NS = 3e9

/** Codes of errors, and kinds of answers that are none (`deadline`). */
export type MayAnswer = {
  /** While something is broken: from the first step that breaks to shortly after the last that heals. */
  duringFault?: readonly string[]
  /** Because the services are set so. */
  always?: readonly string[]
}

export const served = ({ duringFault: mayFail = [], always = [] }: MayAnswer = {}) =>
  defineCheck('served', 'every request is answered right and in time, but for what the fault may do', history => {
    const isRight = rightAnswers(history)
    const isBroken = mayFail.length === 0 ? () => false : duringFault(history)
    const isExcused = (attempt: Attempt) =>
      always.includes(nameOf(attempt)) || (mayFail.includes(nameOf(attempt)) && isBroken(attempt))
    const during = history.attempts.filter(isBroken)
    const failed = new Set(history.attempts.filter(attempt => !isRight(attempt)))
    const offenders = [...failed]
      .filter(attempt => !isExcused(attempt))
      .map(attempt => `${attempt.orderId} was ${toldOf(attempt)}`)
    const finding = evaluateAll({ examined: history.attempts.length, what: 'requests', offenders })
    if (during.length === 0) return finding
    const excused = during.filter(attempt => failed.has(attempt) && isExcused(attempt)).length
    const share = `${excused} of the ${during.length} during the fault failed, as they may`
    return { ...finding, detail: `${finding.detail.slice(0, -1)}; ${share}.` }
  })

/** Whether an attempt lies, in part at least, in the time of the fault. */
function duringFault({ executedSteps }: History): (attempt: Attempt) => boolean {
  const broken = executedSteps.find(({ action }) => BREAKS.has(action))
  if (!broken) return () => false
  const last = executedSteps.findLast(({ action }) => BREAKS.has(action) || HEALS.has(action))
  const endNs = last && HEALS.has(last.action) ? last.doneNs + GRACE_NS : Infinity
  return attempt => attempt.startedNs <= endNs && Math.max(attempt.startedNs, endedNs(attempt)) >= broken.atNs
}

const endedNs = ({ answer, answeredNs }: Attempt): number =>
  answer.kind === 'status' ? (answeredNs ?? Infinity) : answer.atNs

const nameOf = ({ answer }: Attempt): string =>
  answer.kind === 'status' ? (answer.code ?? String(answer.status)) : answer.kind

const toldOf = (attempt: Attempt): string =>
  attempt.answer.kind === 'status'
    ? `answered ${attempt.answer.status} ${attempt.answer.code ?? ''}`.trim()
    : `not answered (${attempt.answer.kind})`

/** By what was planned of the order. Of several requests of one order each may come before the order is decided. */
function rightAnswers({ planned, attempts }: History): (attempt: Attempt) => boolean {
  const orders = new Map(planned.map(order => [order.index, order]))
  const repeated = new Set(attempts.filter(({ attempt }) => attempt > 1).map(({ index }) => index))
  return ({ index, answer }) => {
    const order = orders.get(index)
    if (answer.kind !== 'status' || !order) return false
    const { status, code } = answer
    if (status === 202) return true
    if (status === 201) return order.expected !== 'failed'
    if (status !== 409) return false
    if (code === 'order-undecided') return repeated.has(index)
    return order.expected !== 'reserved' && code === reasonToFail(order)
  }
}

/** The one reason for which inventory has to refuse the order, when it does. */
export const reasonToFail = ({ items }: PlannedOrder): 'unknown-sku' | 'out-of-stock' =>
  items.some(({ sku }) => sku === UNKNOWN_SKU) ? 'unknown-sku' : 'out-of-stock'

/** Unknown when requests of the plan were never sent: what they would have met nobody knows. */
export const carriedOut = defineCheck(
  'carried-out',
  'the load was sent as planned: every order, as often as planned, each under its own id',
  (history): Finding => {
    const { planned, attempts, plannedStarts = attempts.length } = history
    const byIndex = new Map(planned.map(order => [order.index, order]))
    const offenders = attempts.flatMap(({ index, orderId }) =>
      byIndex.get(index)?.orderId === orderId ? [] : [`${orderId} was sent and is not order ${index} of the plan`],
    )
    const sent = new Set(attempts.map(({ index }) => index))
    const never = planned.filter(({ index }) => !sent.has(index)).length
    if (offenders.length === 0 && (never > 0 || attempts.length !== plannedStarts))
      return {
        verdict: 'unknown',
        detail: `Of ${plannedStarts} planned requests ${attempts.length} were sent, and ${never} orders never.`,
      }
    return evaluateAll({ examined: attempts.length, what: 'requests', offenders })
  },
)

/**
 * What clients saw who asked for their order. An order that was answered 2xx is found from then on; what was final stays as it
 * was, and is what the orders table says in the end. A poll without an answer, or with a status of 5xx, says nothing.
 */
export const shown = defineCheck(
  'shown',
  'a client that asks for its accepted order finds it, and what was final stays so',
  history => {
    const { polls = [] } = history
    const answered = polls.filter(({ status }) => status !== undefined && status < 500)
    const byOrder = Map.groupBy(answered, ({ orderId }) => orderId)
    const orders = orderHistories(history)
    const offenders = [...byOrder].flatMap(([orderId, seen]) => {
      const order = orders.get(orderId)
      return order ? [...new Set(whyShownWrong(order, seen))].map(why => `${orderId} ${why}`) : []
    })
    return evaluateAll({ examined: answered.length, what: 'polls of orders', offenders })
  },
)

const isFinal = ({ says }: Poll): boolean => says === 'reserved' || says === 'failed'
const textOf = ({ says, reason }: Poll): string => (reason === undefined ? `${says}` : `${says} (${reason})`)

function whyShownWrong({ attempts, rows }: OrderHistory, polls: readonly Poll[]): string[] {
  const acceptedNs = attempts
    .filter(({ answer }) => answer.kind === 'status' && answer.status < 300)
    .reduce((first, { answeredNs = Infinity }) => Math.min(first, answeredNs), Infinity)
  return polls.flatMap((poll, nth) => {
    const { status, says } = poll
    if (status === 404) return poll.startedNs > acceptedNs ? ['was not found after it was accepted'] : []
    if (status !== 200) return [`was shown with the status ${status}`]
    const before = polls.slice(0, nth).find(other => isFinal(other) && other.answeredNs < poll.startedNs)
    if (before && textOf(before) !== textOf(poll)) return [`was ${textOf(before)}, and then ${textOf(poll)}`]
    const row = rows[0]
    return isFinal(poll) && row?.status !== says
      ? [`was shown as ${textOf(poll)}, and is ${row?.status ?? 'nowhere'}`]
      : []
  })
}
