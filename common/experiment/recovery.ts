// What a fault did to the orders, and how the model came back from it, from a history alone. An order waits from the
// moment at which it was placed until it is completed: decided and, if reserved, confirmed.
import type { History } from './history.ts'
import { completedNs, isRightAnswer, type Life, livesOf } from './lives.ts'
import { AVAILABLE_MS } from './measures.ts'
import { thinned } from './series.ts'
import type { Measure, Series } from './summary.ts'

/** Caught up: no more orders wait than are on their way at any time. */
const CAUGHT_UP = 5
/** Less than this is no backlog from which a rate could be told. */
const LEAST_BACKLOG = 50

/** When a fault began and ended, in milliseconds since the load began. */
export type Span = { fromMs: number; toMs: number }

type Unnamed = Omit<Measure, 'variant'>

/** Orders that wait, at every change: [seconds since the load began, orders]. */
export function openOrders(history: History): [number, number][] {
  const changes = livesOf(history, { all: true }).flatMap(life => {
    if (life.placedNs === undefined) return []
    const doneNs = completedNs(life)
    return [
      [life.placedNs, 1] as const,
      ...(doneNs === undefined ? [] : [[Math.max(doneNs, life.placedNs), -1] as const]),
    ]
  })
  changes.sort(([one, up], [other, down]) => one - other || down - up)
  let open = 0
  return changes.map(([atNs, change]) => [(atNs - history.originNs) / 1e9, (open += change)])
}

export const openSeries = (history: History): Omit<Series, 'variant'>[] => [
  { name: 'open', unit: 'orders', points: thinned(openOrders(history)) },
]

/** @param span of the fault, or of what stands in its place */
export function recoveryMeasures(history: History, span: Span): Unnamed[] {
  const lives = livesOf(history, { all: true }).filter(({ attempt }) => attempt)
  const open = openOrders(history)
  const deepest = Math.max(0, ...open.map(([, orders]) => orders))
  return [
    ...duringFault(history, lives, span),
    ...fromHeal(history, lives, span),
    { name: 'deepest open', unit: 'orders', value: deepest },
    { name: 'oldest waited', unit: 'ms', ...oldestWaited(lives) },
    { name: 'drain rate', unit: 'orders/s', ...drainRate(lives, open, deepest, history, span) },
  ]
}

const plannedMs = ({ attempt }: Life, { originNs }: History): number => ((attempt?.plannedNs ?? 0) - originNs) / 1e6

function duringFault(history: History, lives: readonly Life[], { fromMs, toMs }: Span): Unnamed[] {
  const during = lives.filter(life => plannedMs(life, history) >= fromMs && plannedMs(life, history) < toMs)
  const inTime = during.filter(life => {
    const { attempt } = life
    return attempt?.answeredNs && isRightAnswer(life) && (attempt.answeredNs - attempt.plannedNs) / 1e6 <= AVAILABLE_MS
  })
  const value = during.length === 0 ? null : (100 * inTime.length) / during.length
  return [{ name: 'during: availability', unit: '%', value }]
}

/** From the heal until the last order that was asked before it was decided, and completed. */
function fromHeal(history: History, lives: readonly Life[], { toMs }: Span): Unnamed[] {
  const placed = lives.filter(life => life.placedNs !== undefined && plannedMs(life, history) < toMs)
  const since = (name: string, doneOf: (life: Life) => number | undefined): Unnamed => {
    const never = placed.filter(life => doneOf(life) === undefined).length
    const note = never > 0 ? `${never} orders never were` : 'no order was placed before'
    if (never > 0 || placed.length === 0) return { name, unit: 'ms', value: null, note }
    const lastNs = placed.reduce((last, life) => Math.max(last, doneOf(life) ?? 0), 0)
    return { name, unit: 'ms', value: Math.max(0, (lastNs - history.originNs) / 1e6 - toMs) }
  }
  return [since('heal to last decided', ({ decidedNs }) => decidedNs), since('heal to last completed', completedNs)]
}

function oldestWaited(lives: readonly Life[]): Pick<Measure, 'value' | 'note'> {
  const waits = lives.flatMap(life => {
    const doneNs = completedNs(life)
    return life.placedNs === undefined || doneNs === undefined ? [] : [(doneNs - life.placedNs) / 1e6]
  })
  const never = lives.filter(life => life.placedNs !== undefined && completedNs(life) === undefined).length
  if (never > 0) return { value: null, note: `${never} orders wait for ever` }
  return { value: waits.length === 0 ? null : Math.max(0, ...waits) }
}

/** Completions a second from the first after the heal until the model had caught up. */
function drainRate(
  lives: readonly Life[],
  open: [number, number][],
  deepest: number,
  { originNs }: History,
  { toMs }: Span,
): Pick<Measure, 'value' | 'note'> {
  if (deepest < LEAST_BACKLOG) return { value: null, note: `fewer than ${LEAST_BACKLOG} orders waited` }
  const caughtUp = open.find(([seconds, orders]) => seconds * 1e3 > toMs && orders <= CAUGHT_UP)?.[0]
  if (caughtUp === undefined) return { value: null, note: 'it did not catch up' }
  const done = lives
    .map(life => ((completedNs(life) ?? 0) - originNs) / 1e9)
    .filter(seconds => seconds * 1e3 > toMs && seconds <= caughtUp)
  const first = done.reduce((least, seconds) => Math.min(least, seconds), caughtUp)
  if (done.length < LEAST_BACKLOG) return { value: null, note: `fewer than ${LEAST_BACKLOG} orders waited at the heal` }
  return { value: done.length / (caughtUp - first) }
}
