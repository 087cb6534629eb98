/**
 * The checks of what clients were given: that the load was carried out, that each request was answered right and in time where
 * nothing was broken on purpose, and that who asked for an order was shown what it was.
 */
import { type ErrorCode, ERRORS } from '#common/contracts/errors.ts'
import type { Attempt, Poll } from '../load/attempt.ts'
import { positionIn } from '../analysis/extremes.ts'
import { LEAST_IDLE } from '../analysis/measures.ts'
import { UNKNOWN_SKU } from '../load/mix.ts'
import type { PlannedOrder } from '../load/orders.ts'
import { isBusiness } from '../analysis/order-timeline.ts'
import { brokenSpans } from '../run/broken-spans.ts'
import type { History } from '../run/history.ts'
import { oncePerHistory } from '../run/once.ts'
import { defineCheck, evaluateAll, type Finding } from './check.ts'
import { type OrderHistory, orderHistories } from './order-history.ts'

/** So long after the step that heals it clients may still feel the fault: a breaker is open, a client connects again. */
const GRACE_NS = 3e9
/** The deadline of a request is a timer, which a busy machine may be late to look at. */
const TIMER_NS = 1e9
/** What a service answers, or a client sees, that has no time: on a full machine it may have been another program that took it. */
const NO_TIME: readonly string[] = ['overloaded', 'deadline-passed', 'inventory-unavailable', 'unavailable', 'deadline']
/** The load generator does next to nothing: where it starts an order so late, the machine stood still. */
const STALLED_ABOVE_MS = 500

/**
 * How requests may be answered while one of these actions has broken the target, and shortly after: codes of errors, and kinds of
 * answers that are none (`deadline`). What is broken explains what it can cause and no other answer.
 */
export type Excuse = { actions: readonly string[]; target: string; answers: readonly string[] }

export type MayAnswer = {
  duringFault?: readonly Excuse[]
  /** Because the services are set so. */
  always?: readonly string[]
}

export const served = ({ duringFault = [], always = [] }: MayAnswer = {}) =>
  defineCheck('served', 'every request is answered right and in time, but for what the fault may do', history => {
    const isRight = rightAnswers(history)
    const isUntold = isUntoldIn(history)
    const excused = excusedAnswers(history, duringFault)
    const excusesOf = (attempt: Attempt) => excused(attempt.startedNs, endedNs(attempt))
    const isExcused = (attempt: Attempt) =>
      hasItsStatus(attempt) && (always.includes(nameOf(attempt)) || excusesOf(attempt).includes(nameOf(attempt)))
    const during = history.attempts.filter(attempt => excusesOf(attempt).length > 0)
    const failed = new Set(history.attempts.filter(attempt => !isRight(attempt)))
    const offending = [...failed].filter(attempt => !isExcused(attempt))
    const offenders = offending.map(
      attempt =>
        `${attempt.orderId} was ${toldOf(attempt)}${isUntold(attempt) ? ', and its client never told the outcome' : ''}`,
    )
    const finding = evaluateAll({ examined: history.attempts.length, what: 'requests', offenders })
    const count = during.filter(attempt => failed.has(attempt) && isExcused(attempt)).length
    const share = `; ${count} of the ${during.length} during the fault failed, as they may.`
    const detail = during.length === 0 ? finding.detail : `${finding.detail.slice(0, -1)}${share}`
    const isForTime = offending.every(attempt => hasItsStatus(attempt) && NO_TIME.includes(nameOf(attempt)))
    return onFullMachine(history, isForTime, { ...finding, detail })
  })

/** Unknown instead of invalid where the services had no time, and nobody else had either. @param isForTime all that is wrong is that they had none */
function onFullMachine(history: History, isForTime: boolean, finding: Finding): Finding {
  const signs = signsOfFullMachine(history)
  if (finding.verdict !== 'invalid' || signs.length === 0 || !isForTime) return finding
  const why = `The machine ${signs.join(' and ')}: this may be for lack of it; run it again when other programs are at rest`
  return { ...finding, verdict: 'unknown', detail: `${finding.detail} ${why}.` }
}

/** Of a result of these checks: it is unknown because the machine was full. */
export const isOfFullMachine = ({ verdict, detail }: { verdict: string; detail: string }): boolean =>
  verdict === 'unknown' && / The machine (was|let) /.test(detail)

/** As little idle as voids a latency: whoever wants a core waits for it. */
function signsOfFullMachine({ machine, generator }: History): string[] {
  const idle = 'idleShare' in machine ? machine.idleShare : 1
  const lateMs = generator.lateness?.maxMs ?? 0
  return [
    ...(idle < LEAST_IDLE ? [`was ${Math.round(idle * 100)} % idle`] : []),
    ...(lateMs > STALLED_ABOVE_MS ? [`let the load generator wait for ${Math.round(lateMs)} ms`] : []),
  ]
}

/** The answers that something broken in a part at least of a time may explain. */
function excusedAnswers(
  { executedSteps }: History,
  excuses: readonly Excuse[],
): (fromNs: number, toNs: number) => readonly string[] {
  const spans = brokenSpans(executedSteps).flatMap(({ action, target, fromNs, healedNs }) =>
    excuses
      .filter(excuse => excuse.target === target && excuse.actions.includes(action))
      .map(({ answers }) => ({ fromNs, toNs: healedNs + GRACE_NS, answers })),
  )
  return (fromNs, toNs) =>
    spans.flatMap(span => (fromNs <= span.toNs && Math.max(fromNs, toNs) >= span.fromNs ? span.answers : []))
}

const endedNs = ({ answer, answeredNs }: Attempt): number =>
  answer.kind === 'status' ? (answeredNs ?? Infinity) : answer.atNs

const nameOf = ({ answer }: Attempt): string =>
  answer.kind === 'status' ? (answer.code ?? String(answer.status)) : answer.kind

/** A code of the table of errors comes with its status and no other. */
const hasItsStatus = ({ answer }: Attempt): boolean =>
  answer.kind !== 'status' || (isErrorCode(answer.code) && ERRORS[answer.code].status === answer.status)

const isErrorCode = (code: string | undefined): code is ErrorCode => code !== undefined && Object.hasOwn(ERRORS, code)

const toldOf = (attempt: Attempt): string =>
  attempt.answer.kind === 'status'
    ? `answered ${attempt.answer.status} ${attempt.answer.code ?? ''}`.trim()
    : `not answered (${attempt.answer.kind})`

/** Its client was to follow the order, and does not know the outcome: it gave up, or never asked. */
const isUntoldIn =
  ({ isFollowed = false }: History) =>
  ({ answer, learned }: Pick<Attempt, 'answer' | 'learned'>): boolean =>
    isFollowed && answer.kind === 'status' && answer.status === 202 && learned?.says === undefined

/**
 * By what was planned of the order. Of several requests of one order each may come before the order is decided; one that was sent
 * when a client knew the outcome may not be told that there is none yet.
 */
function rightAnswers(history: History): (attempt: Attempt) => boolean {
  const { planned, attempts, deadlineMs } = history
  const orders = new Map(planned.map(order => [order.index, order]))
  const repeated = new Set(attempts.filter(({ attempt }) => attempt > 1).map(({ index }) => index))
  const toldNs = outcomeToldNs(history)
  const isUntold = isUntoldIn(history)
  return ({ index, answer, startedNs, answeredNs = Infinity, learned }) => {
    const order = orders.get(index)
    if (answer.kind !== 'status' || !order) return false
    if (answeredNs - startedNs > deadlineMs * 1e6 + TIMER_NS) return false
    const { status, code, says } = answer
    const wasTold = startedNs > (toldNs.get(index) ?? Infinity)
    if (status === 202) return !(wasTold && says === 'pending') && !isUntold({ answer, learned })
    // The answer to a key that was used before, where the first answer is a 202.
    if (status === 200) return repeated.has(index) && says === 'reserved' && order.expected !== 'failed'
    if (status === 201) return order.expected !== 'failed'
    if (status !== 409) return false
    if (code === 'order-undecided') return repeated.has(index) && !wasTold
    return order.expected !== 'reserved' && code === reasonToFail(order)
  }
}

/** When a client first knew the outcome of an order, by its index: from an answer, or because it asked. */
const outcomeToldNs = oncePerHistory(({ attempts, polls }: History): Map<number, number> => {
  const told = new Map<number, number>()
  const add = (index: number, atNs: number) => told.set(index, Math.min(told.get(index) ?? Infinity, atNs))
  for (const attempt of attempts) {
    if (saysOutcome(attempt)) add(attempt.index, attempt.answeredNs ?? Infinity)
    if (attempt.learned?.says !== undefined) add(attempt.index, attempt.learned.atNs)
  }
  for (const poll of polls) if (isFinal(poll)) add(poll.index, poll.answeredNs)
  return told
})

const saysOutcome = ({ answer }: Attempt): boolean =>
  answer.kind === 'status' &&
  (answer.status === 201 || isFinal(answer) || (answer.status === 409 && isBusiness(answer.code)))

/** The one reason for which inventory has to refuse the order, when it does. */
export const reasonToFail = ({ items }: PlannedOrder): 'unknown-sku' | 'out-of-stock' =>
  items.some(({ sku }) => sku === UNKNOWN_SKU) ? 'unknown-sku' : 'out-of-stock'

/** Unknown when requests of the plan were never sent: what they would have met nobody knows. */
export const carriedOut = defineCheck(
  'carried-out',
  'the load was sent as planned: every order, as often as planned or as its client tried again, each under its own id',
  (history): Finding => {
    const { planned, attempts, plannedStarts } = history
    const byIndex = new Map(planned.map(order => [order.index, order]))
    const offenders = attempts.flatMap(({ index, orderId }) =>
      byIndex.get(index)?.orderId === orderId ? [] : [`${orderId} was sent and is not order ${index} of the plan`],
    )
    const sent = new Set(attempts.map(({ index }) => index))
    const never = planned.filter(({ index }) => !sent.has(index)).length
    const asPlanned = attempts.filter(({ isRetry }) => !isRetry).length
    if (offenders.length === 0 && (never > 0 || asPlanned !== plannedStarts))
      return {
        verdict: 'unknown',
        detail: `Of ${plannedStarts} planned requests ${asPlanned} were sent, and ${never} orders never.`,
      }
    return evaluateAll({ examined: attempts.length, what: 'requests', offenders })
  },
)

/**
 * What clients saw who asked for their order. An order that was answered 2xx is found from then on; a final state is the one that
 * the orders table has in the end, and is never followed by another; the last poll shows the end. A poll fails only where
 * the service that is asked may be dead, or not yet able to work: it calls no other to answer.
 */
export const shown = ({ duringFault = [] }: MayAnswer = {}) =>
  defineCheck('shown', 'a client that asks for its order finds it as it is, and what was final stays so', history => {
    const { polls } = history
    const excused = excusedAnswers(history, duringFault)
    const isExcused = (poll: Poll) =>
      hasFailed(poll) && excused(poll.startedNs, poll.answeredNs).some(answer => namesOf(poll).includes(answer))
    const orders = orderHistories(history)
    const toldNs = outcomeToldNs(history)
    const wrongIn = (isLeftOut: (poll: Poll) => boolean): string[] =>
      [...Map.groupBy(polls, ({ orderId }) => orderId)].flatMap(([orderId, seen]) => {
        const order = orders.get(orderId)
        if (!order?.planned) return [`${orderId} is no order of the load, and was asked for`]
        const answered = seen.filter(poll => !isLeftOut(poll))
        return [...new Set(whyShownWrong(order, answered, toldNs.get(order.planned.index) ?? Infinity))].map(
          why => `${orderId} ${why}`,
        )
      })
    const offenders = wrongIn(isExcused)
    const isForTime = offenders.length > 0 && wrongIn(poll => isExcused(poll) || hasTimedOut(poll)).length === 0
    return onFullMachine(
      history,
      isForTime,
      evaluateAll({ examined: polls.length, what: 'polls of orders', offenders }),
    )
  })

const hasTimedOut = ({ status, detail = '' }: Poll): boolean => status === undefined && /timeout/.test(detail)
const hasFailed = ({ status }: Poll): boolean => status === undefined || status >= 500
/** What the answer to a request is called that fails as this poll does. */
const namesOf = ({ status }: Poll): readonly string[] =>
  status === undefined ? ['refused', 'reset', 'deadline'] : status === ERRORS.unavailable.status ? ['unavailable'] : []
const isFinal = ({ says }: { says?: string }): boolean => says === 'reserved' || says === 'failed'
/** `failed (out-of-stock)`. */
export const stateOf = (status: string | undefined, reason: string | null | undefined): string =>
  reason === undefined || reason === null ? `${status}` : `${status} (${reason})`
const textOf = ({ says, reason }: Poll): string => stateOf(says, reason)

/** Of polls given one after the other: the first one before, with a final state, that was answered when this one was sent. */
function finalsSoFar(): (poll: Poll) => Poll | undefined {
  /** Each answered earlier than those before it: any other one is the first for no poll. */
  const finals: Poll[] = []
  const negatedNs: number[] = []
  return poll => {
    const before = finals[positionIn(negatedNs, -poll.startedNs)]
    if (isFinal(poll) && -poll.answeredNs > (negatedNs.at(-1) ?? -Infinity)) {
      finals.push(poll)
      negatedNs.push(-poll.answeredNs)
    }
    return before
  }
}

function whyShownWrong(
  { attempts, rows, deadLetters }: OrderHistory,
  polls: readonly Poll[],
  toldNs: number,
): string[] {
  const [row] = rows
  const end = row && stateOf(row.status, row.reason)
  const acceptedNs = attempts
    .filter(({ answer }) => answer.kind === 'status' && answer.status < 300)
    .reduce((first, { answeredNs = Infinity }) => Math.min(first, answeredNs), Infinity)
  const finalBefore = finalsSoFar()
  return polls.flatMap(poll => {
    const { status } = poll
    const before = finalBefore(poll)
    if (hasFailed(poll)) return [`could not be asked for (${status ?? poll.detail ?? 'no answer'})`]
    if (status === 404) {
      if (poll.startedNs > acceptedNs || before) return ['was not found after it was accepted']
      return poll.isLast && row ? ['was not found in the end'] : []
    }
    if (status !== 200) return [`was shown with the status ${status}`]
    if (isFinal(poll) && textOf(poll) !== end) return [`was shown as ${textOf(poll)}, and is ${end ?? 'nowhere'}`]
    if (isFinal(poll)) return []
    const isWaiting = poll.says === 'pending' || (poll.says === 'dead-lettered' && deadLetters.length > 0)
    if (!isWaiting) return [`was shown as ${textOf(poll)}`]
    if (before) return [`was ${textOf(before)}, and then ${textOf(poll)}`]
    if (poll.startedNs > toldNs) return [`was answered with its outcome, and then shown as ${textOf(poll)}`]
    return poll.isLast && row?.status !== 'pending'
      ? [`was still shown as ${textOf(poll)}, and is ${end ?? 'nowhere'}`]
      : []
  })
}
