// What a fault did to the orders, how the model came back from it, and how long a reader that had lost everything took to
// read it again; from a history alone. An order is open from when it was sent until it is completed (decided and, if reserved,
// notified) or abandoned; how long it waited counts from when it was to be sent. Orders of the warm-up are open as others
// are, and in no other measure.
//
// A recovery counts from the step that ends the fault: the command to start again, to heal, to resume. The time to start is a part of
// it, so that a model whose services start slowly does not seem to recover soon. An order was requested during the fault when its
// planned start lies between the step that breaks something (of an alarm: its end) and the moment when the step that ends it has done its work, since a
// service that is started again is dead until it is healthy. Where no step breaks anything, both ends are the planned ones.
import type { Span } from '../load/plan.ts'
import type { ExecutedStep, History } from '../run/history.ts'
import {
  completedNs,
  fulfilledNs,
  isCompleted,
  isRightAnswer,
  knownNs,
  type OrderTimeline,
  orderTimelines,
  wasAbandoned,
  wasRejected,
} from './order-timeline.ts'
import { figureAmong, percentiles, sincePlanned } from './latency.ts'
import {
  amountOf,
  AVAILABLE_MS,
  CLOCKS_DIFFER,
  depthOf,
  lateBecause,
  latency,
  peak,
  unlessLate,
  voidBecause,
} from './measures.ts'
import { brokenSpans } from '../run/broken-spans.ts'
import { leastOf, mostOf } from './extremes.ts'
import { thinned } from './plots.ts'
import type { Measure, Series } from '../run/summary.ts'

/** Caught up: no more orders wait than are on their way at any time. */
const CAUGHT_UP = 5
/** Less than this is too small a backlog for a rate. */
const LEAST_BACKLOG = 50

/** A shorter time gives no rate: completions come in batches. */
const LEAST_SECONDS = 0.1

/** How a model came back from a fault, for any table. */
export const RECOVERY: readonly string[] = [
  'restart time',
  'first right answer after',
  'last wrong answer after',
  'time to full recovery',
]

type Unnamed = Omit<Measure, 'variant'>
type Amount = Pick<Measure, 'value' | 'note'>

/** In milliseconds since the load began. */
export type Fault = Span & {
  /** When the step that ends it began. */
  endedMs: number
  /** How long a killed process took to be healthy again. */
  startMs: number | undefined
}

/** The timeline's first fault, when it really began and ended; else as it was planned. */
export function faultOf({ executedSteps, originNs }: History, planned: Span): Fault {
  const [broken] = brokenSpans(executedSteps)
  if (broken?.endedBy === undefined) return { ...planned, endedMs: planned.toMs, startMs: undefined }
  const { action, brokenNs, endedNs, healedNs, endedBy } = broken
  // To raise an alarm takes a command a second, and who requested before it was done may have met none.
  const fromNs = action === 'alarm' ? brokenNs : broken.fromNs
  const ms = (ns: number) => (ns - originNs) / 1e6
  const startMs = endedBy === 'start' ? (healedNs - endedNs) / 1e6 : undefined
  return { fromMs: ms(fromNs), endedMs: ms(endedNs), toMs: ms(healedNs), startMs }
}

/** The orders that are measured and were requested during the fault. */
export const requestedDuring = (history: History, { fromMs, toMs }: Fault): OrderTimeline[] =>
  requestedOf(history).filter(timeline => {
    const ms = plannedMs(timeline, history)
    return ms >= fromMs && ms < toMs
  })

const requestedOf = (history: History): OrderTimeline[] => orderTimelines(history).filter(({ attempt }) => attempt)

/** Orders that wait, at every change: [seconds since the load began, orders]. */
export const openOrders = (history: History): [number, number][] => [
  ...depthOf(history, timeline => {
    const { placedNs, attempt } = timeline
    return placedNs !== undefined && { fromNs: attempt?.startedNs ?? placedNs, toNs: completedNs(timeline) }
  }),
]

/** The curve of the open orders; none where the clocks differ. */
export const openSeries = (history: History): Omit<Series, 'variant'>[] =>
  history.clocksAgree ? [{ name: 'open orders', unit: 'orders', points: thinned(openOrders(history)) }] : []

/** @param planned span of the fault, for what no step of the timeline begins and ends */
export function recoveryMeasures(history: History, planned: Span): Unnamed[] {
  const fault = faultOf(history, planned)
  const timelines = requestedOf(history)
  const open = openOrders(history)
  return [
    ...duringFault(history, fault),
    ...(fault.startMs === undefined ? [] : [{ name: 'restart time', unit: 'ms', value: fault.startMs }]),
    ...answersAfter(history, fault),
    ...unlessLate(history, withinOneClock(history, untilRecovered(history, fault))),
    { name: 'rejected', unit: 'orders', value: timelines.filter(wasRejected).length },
    { name: 'abandoned', unit: 'orders', value: timelines.filter(wasAbandoned).length },
    ...unlessLate(history, [
      { name: 'peak open orders', unit: 'orders', ...peak(history, open) },
      ...withinOneClock(history, [
        { name: 'drain rate', unit: 'orders/s', ...drainRate(timelines, open, history, fault) },
      ]),
    ]),
    ...withinOneClock(history, [
      { name: 'longest wait', unit: 'ms', ...longestWait(history, timelines) },
      halfCompleted(history, timelines),
    ]),
  ]
}

/** What clients saw who requested after the step that ends the fault had begun. Both times count from that step. */
function answersAfter(history: History, fault: Fault): Unnamed[] {
  const after = requestedAfter(history, fault)
  const rightMs = after.filter(each => isRightInTime(each, history)).map(each => answeredMs(each, history))
  const first = leastOf(rightMs) - fault.endedMs
  const noneRight = { value: null, note: 'no order was answered right after the end of the fault' }
  return unlessLate(
    history,
    [
      {
        name: 'first right answer after',
        unit: 'ms',
        ...(after.length === 0 ? NONE_AFTER : first === Infinity ? noneRight : { value: first }),
      },
      { name: 'last wrong answer after', unit: 'ms', ...lastWrong(history, fault) },
    ],
    after.flatMap(({ attempt }) => attempt ?? []),
  )
}

const NONE_AFTER = { value: null, note: 'no order was requested after the end of the fault' }

const requestedAfter = (history: History, { endedMs }: Fault): OrderTimeline[] =>
  requestedOf(history).filter(timeline => plannedMs(timeline, history) >= endedMs)

/**
 * When the last request was to be sent that had no right answer within a second; 0 where none was. Where it was the last request
 * of all, nobody knows how long that would have gone on.
 */
function lastWrong(history: History, fault: Fault): Amount & Pick<Measure, 'atLeast'> {
  const after = requestedAfter(history, fault)
  if (after.length === 0) return NONE_AFTER
  const timesMs = (timelines: readonly OrderTimeline[]) => timelines.map(each => plannedMs(each, history))
  const wrong = mostOf(timesMs(after.filter(each => !isRightInTime(each, history))))
  const atLeast = wrong === mostOf(timesMs(after))
  return { value: Math.max(0, wrong - fault.endedMs), ...(atLeast && { atLeast }) }
}

const answeredMs = ({ attempt }: OrderTimeline, { originNs }: History): number =>
  ((attempt?.answeredNs ?? Infinity) - originNs) / 1e6

const isRightInTime = (timeline: OrderTimeline, history: History): boolean =>
  isRightAnswer(timeline) && answeredMs(timeline, history) - plannedMs(timeline, history) <= AVAILABLE_MS

/** Between stamps of different clocks there is no time to measure. */
const withinOneClock = ({ clocksAgree }: History, measures: Unnamed[]): Unnamed[] =>
  clocksAgree ? measures : measures.map(({ name, unit }) => ({ name, unit, value: null, note: CLOCKS_DIFFER }))

/** The time within which half of the requested orders were completed; one that never was counts as longer than all. */
function halfCompleted(history: History, timelines: readonly OrderTimeline[]): Unnamed {
  const done = timelines.flatMap(timeline => {
    const doneNs = fulfilledNs(timeline)
    return doneNs === undefined || !timeline.attempt ? [] : [sincePlanned(timeline.attempt, doneNs)]
  })
  const base = { name: 'median completion of all requested', unit: 'ms' }
  const half = Math.ceil(timelines.length / 2)
  if (timelines.length === 0 || done.length < half)
    return { ...base, value: null, note: 'fewer than half were completed' }
  return { ...base, ...amountOf(figureAmong(done)(half - 1), voidBecause(history)) }
}

const plannedMs = ({ attempt }: OrderTimeline, { originNs }: History): number =>
  ((attempt?.plannedNs ?? 0) - originNs) / 1e6

function duringFault(history: History, fault: Fault): Unnamed[] {
  const during = requestedDuring(history, fault)
  const right = during
    .filter(isRightAnswer)
    .flatMap(({ attempt }) => (attempt?.answeredNs === undefined ? [] : [sincePlanned(attempt, attempt.answeredNs)]))
  const inTime = right.filter(({ ms }) => ms <= AVAILABLE_MS)
  const value = during.length === 0 ? null : (100 * inTime.length) / during.length
  const noneRight = right.length === 0 ? 'no order was answered correctly during the fault' : undefined
  const attempts = during.flatMap(({ attempt }) => attempt ?? [])
  const note = noneRight ?? voidBecause(history) ?? lateBecause(history, attempts)
  const figures = latency('during: right answer', percentiles(right), note)
  return [
    { name: 'during: requested', unit: 'orders', value: during.length },
    ...unlessLate(history, [{ name: 'during: availability', unit: '%', value }], attempts),
    ...unlessLate(history, withinOneClock(history, knownDuring(during)), attempts),
    ...figures.filter(({ name }) => name.endsWith(' p50')),
  ]
}

/** Of these orders, how many had an outcome that their client could know so soon after it was to be sent, or at all. */
function knownDuring(during: readonly OrderTimeline[]): Unnamed[] {
  const takenMs = during.map(timeline =>
    isCompleted(timeline) ? ((knownNs(timeline) ?? Infinity) - (timeline.attempt?.plannedNs ?? 0)) / 1e6 : Infinity,
  )
  const share = (isSoon: (ms: number) => boolean) =>
    during.length === 0 ? null : (100 * takenMs.filter(isSoon).length) / during.length
  return [
    { name: 'during: known in 1 s', unit: '%', value: share(ms => ms <= 1_000) },
    { name: 'during: known in 5 s', unit: '%', value: share(ms => ms <= 5_000) },
    { name: 'during: known in the end', unit: '%', value: share(Number.isFinite) },
  ]
}

function untilRecovered(history: History, fault: Fault): Unnamed[] {
  const requested = requestedDuring(history, fault).filter(({ placedNs }) => placedNs !== undefined)
  return [
    { name: 'time to last decision', unit: 'ms', ...untilDecided(history, fault, requested) },
    { name: 'time to full recovery', unit: 'ms', ...untilAllIsWell(history, fault, requested) },
  ]
}

const sinceEnd = (atNs: number, { originNs }: History, { endedMs }: Fault): number =>
  Math.max(0, (atNs - originNs) / 1e6 - endedMs)

/** Until the last of these orders was decided; of those that were not abandoned. */
function untilDecided(history: History, fault: Fault, requested: readonly OrderTimeline[]): Amount {
  const kept = requested.filter(timeline => !wasAbandoned(timeline))
  const never = kept.filter(({ decidedNs }) => decidedNs === undefined).length
  if (never > 0) return { value: null, note: neverWere(never) }
  if (requested.length === 0) return { value: null, note: 'no order was stored during the fault' }
  if (kept.length === 0) return { value: null, note: 'every order stored during the fault was abandoned' }
  return { value: sinceEnd(mostOf(kept.map(({ decidedNs }) => decidedNs ?? 0)), history, fault) }
}

const neverWere = (count: number): string => `${count} orders requested during the fault never were`

/**
 * Until the last of these orders was completed, or failed because of the fault and its stock was given back, and no request was
 * answered wrong any more.
 */
function untilAllIsWell(
  history: History,
  fault: Fault,
  requested: readonly OrderTimeline[],
): Amount & Pick<Measure, 'atLeast'> {
  const never = requested.filter(timeline => completedNs(timeline) === undefined).length
  if (never > 0) return { value: null, note: neverWere(never) }
  const wrong = lastWrong(history, fault)
  if (wrong.value === null) return wrong
  const lastMs = sinceEnd(mostOf(requested.map(timeline => completedNs(timeline) ?? 0)), history, fault)
  const atLeast = wrong.atLeast && wrong.value >= lastMs
  return { value: Math.max(lastMs, wrong.value), ...(atLeast && { atLeast }) }
}

/** From the planned start until it was completed, or failed because of the fault and its stock was given back. */
function longestWait(history: History, timelines: readonly OrderTimeline[]): Amount {
  const never = timelines.filter(
    timeline => timeline.placedNs !== undefined && completedNs(timeline) === undefined,
  ).length
  if (never > 0) return { value: null, note: `${never} never finished` }
  const waits = timelines.flatMap(timeline => {
    const doneNs = completedNs(timeline)
    return doneNs === undefined || !timeline.attempt ? [] : [sincePlanned(timeline.attempt, doneNs)]
  })
  if (waits.length === 0) return { value: null, note: 'no order was stored' }
  return amountOf(percentiles(waits).max, voidBecause(history))
}

/** Completions per second, from the first after the end of the fault until the model had caught up. */
function drainRate(
  timelines: readonly OrderTimeline[],
  open: [number, number][],
  { originNs }: History,
  { endedMs }: Fault,
): Amount {
  const waiting = open.findLast(([seconds]) => seconds * 1e3 <= endedMs)?.[1] ?? 0
  if (waiting < LEAST_BACKLOG)
    return { value: null, note: `fewer than ${LEAST_BACKLOG} orders waited at the end of the fault` }
  const caughtUp = open.find(([seconds, orders]) => seconds * 1e3 > endedMs && orders <= CAUGHT_UP)?.[0]
  if (caughtUp === undefined) return { value: null, note: 'it did not catch up' }
  const done = timelines
    .map(timeline => ((fulfilledNs(timeline) ?? 0) - originNs) / 1e9)
    .filter(seconds => seconds * 1e3 > endedMs && seconds <= caughtUp)
  const first = done.reduce((least, seconds) => Math.min(least, seconds), caughtUp)
  if (done.length < LEAST_BACKLOG - CAUGHT_UP) return { value: null, note: 'most of the waiting orders were abandoned' }
  if (caughtUp - first < LEAST_SECONDS) return { value: null, note: 'caught up in less than 100 ms' }
  return { value: (done.length - 1) / (caughtUp - first) }
}

export const REREAD = {
  total: 'kill to all read again',
  session: "wait for the dead member's session",
  start: 'process start to healthy',
  reading: 'healthy to all read again',
} as const

type Reader = {
  service: string
  /** The action that resets its position, and waits until the broker has forgotten the dead member. */
  reset: string
}

/**
 * How long a reader took to read everything again, from its death on, in parts that a table can show side by side.
 *
 * Guarantees: counts from the first kill of the reader to the first page read after its last start. The parts leave out
 * only what lies between the steps (deleting its files, the moment between two probes of a condition's end).
 * Not promised: a finer resolution than the probes of the timeline, which come every 100 ms.
 */
export function rereadMeasures(
  { executedSteps }: Pick<History, 'executedSteps'>,
  { service, reset }: Reader,
): Omit<Measure, 'variant'>[] {
  const isOf = (action: string) => (step: ExecutedStep) => step.action === action && step.target === service
  const killed = executedSteps.findIndex(isOf('kill'))
  const lastStart = executedSteps.findLastIndex(isOf('start'))
  const read = executedSteps.findIndex((step, at) => at > lastStart && isOf('read')(step))
  const isComplete = killed >= 0 && lastStart > killed && read >= 0
  const steps = isComplete ? executedSteps.slice(killed, read + 1) : []
  const [first, last] = [steps[0], steps.at(-1)]
  const sumNs = (spans: number[]) => spans.reduce((sum, span) => sum + span, 0)
  const durationsNs = (chosen: ExecutedStep[]) => chosen.map(({ atNs, doneNs }) => doneNs - atNs)
  const readingNs = steps.flatMap((step, at) => {
    const next = steps[at + 1]
    return next && isOf('start')(step) ? [next.atNs - step.doneNs] : []
  })
  const spansNs = {
    [REREAD.total]: first && last ? last.atNs - first.atNs : 0,
    [REREAD.session]: sumNs(durationsNs(steps.filter(({ action }) => action === reset))),
    [REREAD.start]: sumNs(durationsNs(steps.filter(isOf('start')))),
    [REREAD.reading]: sumNs(readingNs),
  }
  return Object.entries(spansNs).map(([name, ns]) => ({ name, unit: 'ms', value: isComplete ? ns / 1e6 : null }))
}
