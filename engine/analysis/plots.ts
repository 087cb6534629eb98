// What pictures of a variant draw, from its history: curves and marks, each order, and latency at many shares of the orders.
import { ENDS } from '../experiment/steps.ts'
import type { Variant } from '../experiment/define.ts'
import type { History } from '../run/history.ts'
import { backlog, kindOf, completions, acrossClocks, voidBecause, acceptedOf, untilKnown } from './measures.ts'
import type { Mark, Series, Orders, Quantiles } from '../run/summary.ts'
import { completedNs, isCompleted, orderTimelines, type OrderTimeline } from './order-timeline.ts'
import { answerSamples, figureAmong, type Sample, SAMPLES_BEYOND } from './latency.ts'

const STEP_SECONDS = 0.25
const round = (value: number) => Math.round(value * 1_000) / 1_000

/** Backlog from stamps, and beside it what the broker says: the sum over its queues or partitions. */
export function seriesOf(variant: string, history: History): Series[] {
  const curves: Series[] = history.clocksAgree
    ? [{ variant, name: 'backlog', unit: 'orders', points: thinned(backlog(history)) }]
    : []
  const names = [...new Set(history.samples.flatMap(({ depths }) => Object.keys(depths)))].sort()
  for (const name of names) {
    const points = history.samples.flatMap(({ atNs, depths }): [number, number][] => {
      const depth = depths[name]
      return depth === undefined ? [] : [[round((atNs - history.originNs) / 1e9), depth]]
    })
    curves.push({ variant, name, unit: 'messages', points })
  }
  return curves
}

/** A step has the highest value that was ever had in it, so that no peak is lost; what follows it, the last. */
export function thinned(points: Iterable<readonly [number, number]>): [number, number][] {
  const shown = new Map<number, number>()
  let [current, before] = [-Infinity, 0]
  for (const [seconds, value] of points) {
    const step = Math.floor(seconds / STEP_SECONDS)
    // A step begins with what was there before it.
    shown.set(step, Math.max(value, step === current ? (shown.get(step) ?? 0) : before))
    shown.set(step + 1, value)
    current = step
    before = value
  }
  return [...shown].map(([step, value]) => [round(step * STEP_SECONDS), value])
}

/**
 * What the variant names itself; else what the timeline did. A fault lasts until what ends it: kill until start, pause
 * and isolate until resume, fault until heal.
 */
export function marksOf({ name: variant, spans }: Pick<Variant, 'name' | 'spans'>, history: History): Mark[] {
  if (spans) {
    return spans.map(({ label, fromMs, toMs }) => {
      return { variant, label, fromSeconds: fromMs / 1_000, toSeconds: toMs / 1_000 }
    })
  }
  const seconds = (ns: number) => round((ns - history.originNs) / 1e9)
  return history.executedSteps.map(({ action, target, atNs }) => {
    const end = history.executedSteps.find(
      step => step.action === ENDS[action] && step.target === target && step.atNs > atNs,
    )
    return {
      variant,
      label: `${action} ${target}`,
      fromSeconds: seconds(atNs),
      ...(end && { toSeconds: seconds(end.doneNs) }),
    }
  })
}

/** Above so many orders they are counted in boxes, so that a result stays small. */
const MOST_POINTS = 2_000
const COLUMNS = 120
const ROWS_PER_DECADE = 8

type Point = NonNullable<Orders['points']>[number]
type Boxes = NonNullable<Orders['density']>['accepted']

/** Each order: when it was to start, how long until its answer and until it was completed, and what the answer was. */
export function ordersOf(variant: string, history: History): Orders {
  const requested = orderTimelines(history, { all: true }).filter(({ attempt }) => attempt)
  const kinds = [...new Set(requested.map(kindOfAnswer))].sort()
  const numbers = new Map(kinds.map((kind, index) => [kind, index]))
  const points = requested.map(
    (timeline): Point => [...timesOf(timeline, history), numbers.get(kindOfAnswer(timeline)) ?? 0],
  )
  const byKind = Map.groupBy(points, ([, , , kind]) => kind)
  const answers = kinds.map((kind, index) => ({ kind, perSecond: perSecond(byKind.get(index) ?? []) }))
  const drawn = points.length <= MOST_POINTS ? { points } : { density: densityOf(points) }
  return { variant, kinds, ...drawn, answers }
}

const kindOfAnswer = ({ attempt }: OrderTimeline): string => (attempt ? kindOf(attempt.answer) : '')

function timesOf(timeline: OrderTimeline, { originNs, clocksAgree }: History): [number, number | null, number | null] {
  const { attempt } = timeline
  const plannedNs = attempt?.plannedNs ?? originNs
  const answeredNs = attempt?.answeredNs
  // An order that nobody placed was never completed, whatever it was answered; nor was one that failed against the plan.
  const isDone = clocksAgree && timeline.placedNs !== undefined && isCompleted(timeline)
  const doneNs = isDone ? completedNs(timeline) : undefined
  const after = (ns: number | undefined) => (ns === undefined ? null : round((ns - plannedNs) / 1e6))
  return [round((plannedNs - originNs) / 1e9), after(answeredNs), after(doneNs)]
}

function perSecond(points: readonly Point[]): [number, number][] {
  const counts = new Map<number, number>()
  for (const [seconds] of points) {
    const second = Math.floor(seconds)
    counts.set(second, (counts.get(second) ?? 0) + 1)
  }
  return [...counts].sort(([one], [other]) => one - other)
}

function densityOf(points: readonly Point[]): Orders['density'] {
  const seconds = points.reduce((last, [at]) => Math.max(last, at), 0)
  const secondsPerColumn = round(Math.max(0.05, seconds / COLUMNS))
  const boxes = (msOf: (point: Point) => number | null): Boxes => {
    const counts = new Map<string, Boxes[number]>()
    for (const point of points) {
      const ms = msOf(point)
      if (ms === null) continue
      const column = Math.floor(point[0] / secondsPerColumn)
      const row = Math.floor(Math.log10(Math.max(ms, 0.01)) * ROWS_PER_DECADE)
      const box = counts.get(`${column},${row}`) ?? [column, row, 0]
      box[2]++
      counts.set(`${column},${row}`, box)
    }
    return [...counts.values()]
  }
  return {
    secondsPerColumn,
    rowsPerDecade: ROWS_PER_DECADE,
    accepted: boxes(([, accepted]) => accepted),
    completed: boxes(([, , completed]) => completed),
  }
}

/** Beyond the ninth tenth by steps that shrink, so that the tail is as wide as the body. */
export const SHARES: readonly number[] = [
  0.01, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.85, 0.9, 0.925, 0.95, 0.96, 0.97, 0.98, 0.985, 0.99, 0.9925,
  0.995, 0.9975, 0.999,
]

/**
 * Latency at many shares of the orders: accepted by both clocks, known, and completed. By nearest rank, as in latency.ts; no share
 * is shown with fewer than ten samples beyond it, or that is void.
 */
export const quantilesOf = (variant: string, history: History): Quantiles[] => [
  ...(voidBecause(history) === undefined ? acceptedQuantiles(variant, history) : []),
  ...(acrossClocks(history) === undefined ? outcomeQuantiles(variant, history) : []),
]

function acceptedQuantiles(variant: string, history: History): Quantiles[] {
  const accepted = acceptedOf(history)
  const points = quantiles(answerSamples(accepted, history.deadlineMs))
  const shown = new Set(points.map(([share]) => share))
  const beside = quantiles(answerSamples(accepted, history.deadlineMs, 'startedNs'))
  return [
    { variant, latency: 'accepted', points },
    { variant, latency: 'accepted uncorrected', points: beside.filter(([share]) => shown.has(share)) },
  ]
}

function outcomeQuantiles(variant: string, history: History): Quantiles[] {
  const timelines = orderTimelines(history)
  return [
    { variant, latency: 'known', points: quantiles(untilKnown(history, timelines)) },
    { variant, latency: 'completed', points: quantiles(completions(history, timelines)) },
  ]
}

/** [share, ms, 1 if an unknown sample could raise it], ascending, without those that late starts void. */
export function quantiles(samples: readonly Sample[]): Quantiles['points'] {
  const figureAt = figureAmong(samples)
  return SHARES.flatMap((share): Quantiles['points'] => {
    const rank = Math.max(1, Math.ceil(share * samples.length))
    const figure = figureAt(rank - 1)
    if (figure.ms === undefined || figure.isLate || samples.length - rank < SAMPLES_BEYOND) return []
    return [[share, round(figure.ms), figure.atLeast ? 1 : 0]]
  })
}
