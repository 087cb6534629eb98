// What a fault did to the orders, how the model came back from it, and how long a reader that had lost everything took to
// read it again; from a history alone. An order is open from when it was sent until it is completed (decided and, if reserved,
// notified) or abandoned; how long it waited counts from when it was to be sent. Orders of the warm-up are open as others
// are, and in no other measure.
// The fault lasts until what ends it has done its work: a service that is started again is dead until it is healthy.
import type { Span } from '../load/plan.ts'
import type { ExecutedStep, History } from '../run/history.ts'
import {
  completedNs,
  fulfilledNs,
  isRightAnswer,
  type OrderTimeline,
  orderTimelines,
  wasAbandoned,
  wasRejected,
} from './order-timeline.ts'
import { percentiles } from './latency.ts'
import {
  AVAILABLE_MS,
  CLOCKS_DIFFER,
  depthOf,
  lateBecause,
  latency,
  peak,
  unlessLate,
  voidBecause,
} from './measures.ts'
import { ENDS } from '../experiment/steps.ts'
import { thinned } from './plots.ts'
import type { Measure, Series } from '../run/summary.ts'

/** Caught up: no more orders wait than are on their way at any time. */
const CAUGHT_UP = 5
/** Less than this is too small a backlog for a rate. */
const LEAST_BACKLOG = 50

/** A shorter time gives no rate: completions come in batches. */
const LEAST_SECONDS = 0.1

type Unnamed = Omit<Measure, 'variant'>
type Amount = Pick<Measure, 'value' | 'note'>

/** When the timeline's first fault really began and ended; else as it was planned. */
function spanOf({ executedSteps, originNs }: History, planned: Span): Span & { startMs: number | undefined } {
  const began = executedSteps.find(({ action }) => ENDS[action] !== undefined)
  const ended =
    began && executedSteps.find(({ action, target }) => action === ENDS[began.action] && target === began.target)
  if (!began || !ended) return { ...planned, startMs: undefined }
  const ms = (ns: number) => (ns - originNs) / 1e6
  const startMs = ended.action === 'start' ? (ended.doneNs - ended.atNs) / 1e6 : undefined
  return { fromMs: ms(began.atNs), toMs: ms(ended.doneNs), startMs }
}

/** Orders that wait, at every change: [seconds since the load began, orders]. */
export const openOrders = (history: History): [number, number][] =>
  depthOf(history, timeline => {
    const { placedNs, attempt } = timeline
    return placedNs !== undefined && { fromNs: attempt?.startedNs ?? placedNs, toNs: completedNs(timeline) }
  })

/** The curve of the open orders; none where the clocks differ. */
export const openSeries = (history: History): Omit<Series, 'variant'>[] =>
  history.clocksAgree ? [{ name: 'open orders', unit: 'orders', points: thinned(openOrders(history)) }] : []

/** @param planned span of the fault, for what no step of the timeline begins and ends */
export function recoveryMeasures(history: History, planned: Span): Unnamed[] {
  const span = spanOf(history, planned)
  const timelines = orderTimelines(history).filter(({ attempt }) => attempt)
  const open = openOrders(history)
  return [
    ...duringFault(history, timelines, span),
    ...(span.startMs === undefined ? [] : [{ name: 'restart time', unit: 'ms', value: span.startMs }]),
    ...unlessLate(history, acrossClocks(history, fromHeal(history, timelines, span))),
    { name: 'rejected', unit: 'orders', value: timelines.filter(wasRejected).length },
    { name: 'abandoned', unit: 'orders', value: timelines.filter(wasAbandoned).length },
    ...unlessLate(history, [
      { name: 'peak open orders', unit: 'orders', ...peak(history, open) },
      ...acrossClocks(history, [
        { name: 'drain rate', unit: 'orders/s', ...drainRate(timelines, open, history, span) },
      ]),
    ]),
    ...acrossClocks(history, [
      { name: 'longest wait', unit: 'ms', ...longestWait(history, timelines) },
      halfCompleted(history, timelines),
    ]),
  ]
}

/** Between stamps of different clocks there is no time to measure. */
const acrossClocks = ({ clocksAgree }: History, measures: Unnamed[]): Unnamed[] =>
  clocksAgree ? measures : measures.map(({ name, unit }) => ({ name, unit, value: null, note: CLOCKS_DIFFER }))

/** The time within which half of the requested orders were completed; one that never was counts as longer than all. */
function halfCompleted(history: History, timelines: readonly OrderTimeline[]): Unnamed {
  const done = timelines.flatMap(timeline => {
    const doneNs = fulfilledNs(timeline)
    return doneNs === undefined
      ? []
      : [{ ms: (doneNs - (timeline.attempt?.plannedNs ?? doneNs)) / 1e6, atLeast: false }]
  })
  const base = { name: 'median completion of all requested', unit: 'ms' }
  const half = Math.ceil(timelines.length / 2)
  if (timelines.length === 0 || done.length < half)
    return { ...base, value: null, note: 'fewer than half were completed' }
  const note = voidBecause(history, done)
  const waits = done.map(({ ms }) => ms).sort((one, other) => one - other)
  return note === undefined ? { ...base, value: waits[half - 1] ?? null } : { ...base, value: null, note }
}

const plannedMs = ({ attempt }: OrderTimeline, { originNs }: History): number =>
  ((attempt?.plannedNs ?? 0) - originNs) / 1e6

function duringFault(history: History, timelines: readonly OrderTimeline[], { fromMs, toMs }: Span): Unnamed[] {
  const during = timelines.filter(
    timeline => plannedMs(timeline, history) >= fromMs && plannedMs(timeline, history) < toMs,
  )
  const right = during.filter(isRightAnswer).flatMap(({ attempt }) => {
    const ms = ((attempt?.answeredNs ?? Number.NaN) - (attempt?.plannedNs ?? 0)) / 1e6
    return Number.isNaN(ms) ? [] : [{ ms, atLeast: false }]
  })
  const inTime = right.filter(({ ms }) => ms <= AVAILABLE_MS)
  const value = during.length === 0 ? null : (100 * inTime.length) / during.length
  const noneRight = right.length === 0 ? 'no order was answered correctly during the fault' : undefined
  const attempts = during.flatMap(({ attempt }) => attempt ?? [])
  const note = noneRight ?? voidBecause(history, right) ?? lateBecause(history, attempts)
  const figures = latency('during: right answer', percentiles(right), note)
  return [
    { name: 'during: requested', unit: 'orders', value: during.length },
    ...unlessLate(history, [{ name: 'during: availability', unit: '%', value }], attempts),
    ...figures.filter(({ name }) => name.endsWith(' p50')),
  ]
}

/** From the end of the fault until the last order that was requested during it, and not abandoned, was decided and completed. */
function fromHeal(history: History, timelines: readonly OrderTimeline[], { fromMs, toMs }: Span): Unnamed[] {
  const requested = timelines.filter(timeline => {
    const ms = plannedMs(timeline, history)
    return timeline.placedNs !== undefined && ms >= fromMs && ms < toMs
  })
  const kept = requested.filter(timeline => !wasAbandoned(timeline))
  const since = (name: string, doneOf: (timeline: OrderTimeline) => number | undefined): Unnamed => {
    const never = kept.filter(timeline => doneOf(timeline) === undefined).length
    const none =
      requested.length === 0
        ? 'no order was stored during the fault'
        : 'every order stored during the fault was abandoned'
    const note = never > 0 ? `${never} orders requested during the fault never were` : none
    if (never > 0 || kept.length === 0) return { name, unit: 'ms', value: null, note }
    const lastNs = kept.reduce((last, timeline) => Math.max(last, doneOf(timeline) ?? 0), 0)
    return { name, unit: 'ms', value: Math.max(0, (lastNs - history.originNs) / 1e6 - toMs) }
  }
  return [since('time to last decision', ({ decidedNs }) => decidedNs), since('time to full recovery', fulfilledNs)]
}

/** From the planned start until it was completed, or failed because of the fault and its stock was given back. */
function longestWait(history: History, timelines: readonly OrderTimeline[]): Amount {
  const never = timelines.filter(
    timeline => timeline.placedNs !== undefined && completedNs(timeline) === undefined,
  ).length
  if (never > 0) return { value: null, note: `${never} never finished` }
  const waits = timelines.flatMap(timeline => {
    const doneNs = completedNs(timeline)
    return doneNs === undefined ? [] : [(doneNs - (timeline.attempt?.plannedNs ?? doneNs)) / 1e6]
  })
  if (waits.length === 0) return { value: null, note: 'no order was stored' }
  const ms = waits.reduce((longest, wait) => Math.max(longest, wait), 0)
  const note = voidBecause(history, [{ ms, atLeast: false }])
  return note === undefined ? { value: ms } : { value: null, note }
}

/** Completions per second, from the first after the heal until the model had caught up. */
function drainRate(
  timelines: readonly OrderTimeline[],
  open: [number, number][],
  { originNs }: History,
  { toMs }: Span,
): Amount {
  const waiting = open.findLast(([seconds]) => seconds * 1e3 <= toMs)?.[1] ?? 0
  if (waiting < LEAST_BACKLOG)
    return { value: null, note: `fewer than ${LEAST_BACKLOG} orders waited at the end of the fault` }
  const caughtUp = open.find(([seconds, orders]) => seconds * 1e3 > toMs && orders <= CAUGHT_UP)?.[0]
  if (caughtUp === undefined) return { value: null, note: 'it did not catch up' }
  const done = timelines
    .map(timeline => ((fulfilledNs(timeline) ?? 0) - originNs) / 1e9)
    .filter(seconds => seconds * 1e3 > toMs && seconds <= caughtUp)
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
