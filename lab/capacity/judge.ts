/**
 * Whether a probe's rate was sustained, from its history alone: every order was answered as when nothing is broken, every check is valid, the backlog
 * did not grow, the budget was kept, and the load was the planned one.
 *
 * Guarantees: what an overloaded model may do (turn orders away, answer late, decide late) is never a defect, and what it may not do
 * (lose, duplicate, oversell) is never a limit. A machine that the model keeps busy voids no latency here: it is what is looked for.
 */
import { ERRORS } from '#common/contracts/errors.ts'
import { blockMeans, BLOCKS, type Slope, slopeOf, trendOf } from '#engine/capacity/slope.ts'
import { limiter } from '#engine/capacity/limiter.ts'
import { readingsOf } from '#engine/capacity/utilizations.ts'
import { FIGURES, percentiles, type Sample, sincePlanned } from '#engine/analysis/latency.ts'
import {
  depthOf,
  GENERATOR_BOUND,
  kindOf,
  latenessP99Ms,
  lateBecause,
  MACHINE_IDLE,
  standardMeasures,
} from '#engine/analysis/measures.ts'
import {
  completedNs,
  isCompleted,
  isRightAnswer,
  knownNs,
  orderTimelines,
  type OrderTimeline,
  wasAbandoned,
} from '#engine/analysis/order-timeline.ts'
import { boundIn, evaluateThreshold, measureOf, type Threshold } from '#engine/analysis/thresholds.ts'
import type { CheckResult } from '#engine/checks/check.ts'
import type { Variant } from '#engine/experiment/define.ts'
import type { Poll } from '#engine/load/attempt.ts'
import type { History } from '#engine/run/history.ts'
import { whileJudged } from '#engine/run/once.ts'
import { evaluate } from '#engine/run/result.ts'
import type { Measure } from '#engine/run/summary.ts'
import type { Probe } from './capacity-file.ts'
import { isDisturbing } from '../session/disturbance.ts'
import { measuredWindow } from './load.ts'

export type Judged = Omit<Probe, 'length' | 'history'>

type Reason = { text: string; isMarginal: boolean }

/** A slope of less than this part of the rate may be noise, fewer orders that were turned away, and a budget that is missed by less than this factor. */
const NEAR_SLOPE = 0.1
const NEAR_SHARE = 0.02
const NEAR_BUDGET = 2

export function judgeProbe(variant: Variant, found: History, budget: Threshold | undefined): Judged {
  const history = answeredPolls(found)
  return whileJudged(history, () => judged(variant, { found, history }, budget))
}

type Histories = {
  found: History
  /** Without the polls that had no answer. */
  history: History
}

function judged(variant: Variant, { found, history }: Histories, budget: Threshold | undefined): Judged {
  const { ordersPerSecond } = variant.load
  const measuredSeconds = variant.load.orders / ordersPerSecond
  const { checks, measures: own } = evaluate(variant, { ...history, machine: BUSY_OR_NOT })
  const measures = measuresOf(history, own)
  const timelines = orderTimelines(history)
  const notServed = timelines.filter(timeline => !wasServed(timeline))
  const slope = history.clocksAgree ? slopeIn(history, measuredSeconds) : null
  const kept = budget === undefined ? null : budgetResult(budget, variant, measures)
  const defects = defectsIn(checks, history)
  const reasons = [
    ...notServedReasons(notServed, timelines.length),
    ...(history.quiescent ? [] : [certain('not every order was decided in time')]),
    ...unansweredPolls(found),
    ...slopeReasons(slope, ordersPerSecond),
    ...budgetReasons(budget, kept, measures),
    ...lateReasons(history),
    ...checks
      .filter(({ name, verdict }) => verdict === 'unknown' || (verdict === 'vacuous' && name !== 'oversold'))
      .map(({ name, verdict, detail }) => ({ text: `${name} is ${verdict}: ${detail}`, isMarginal: true })),
  ]
  const readings = readingsOf(history)
  return {
    ordersPerSecond,
    measuredSeconds,
    verdict: defects.length > 0 ? 'defect' : reasons.length > 0 ? 'not sustained' : 'sustained',
    reasons: [
      ...defects.map(({ name, detail }) => `${name} is invalid: ${detail}`),
      ...reasons.map(({ text }) => text),
    ],
    isMarginal:
      defects.length === 0 &&
      reasons.length > 0 &&
      (isDisturbed(history) || reasons.every(reason => reason.isMarginal)),
    requested: timelines.filter(({ attempt }) => attempt).length,
    notServed: notServed.length,
    latencies: {
      accepted: latencyIn(measures, 'accepted'),
      known: latencyIn(measures, 'known'),
      completed: latencyIn(measures, 'completed'),
    },
    spread: spreadOf(history, timelines),
    backlog: { slope, peak: peakOf(history) },
    machineIdleShare: 'idleShare' in history.machine ? history.machine.idleShare : null,
    othersCores: history.occupancy?.othersCores ?? null,
    generatorCpuShare: history.generator.cpuShare,
    startLatenessP99Ms: latenessP99Ms(history),
    limiter: readings ? limiter(readings) : null,
    checks,
    budget: kept,
  }
}

function isDisturbed({ occupancy }: History): boolean {
  return occupancy !== undefined && isDisturbing(occupancy.othersCores, occupancy.cores)
}

const BUSY_OR_NOT: History['machine'] = { unknown: 'a busy machine voids nothing where a capacity is searched for' }

/** A client that was not told of its order, because there was too much to do; any other answer is checked. */
const wasPutOff = ({ status }: Poll): boolean => status === undefined || status === ERRORS.overloaded.status

const answeredPolls = (history: History): History => ({
  ...history,
  polls: history.polls.filter(poll => !wasPutOff(poll)),
})

const certain = (text: string): Reason => ({ text, isMarginal: false })

function unansweredPolls({ polls }: History): Reason[] {
  const count = polls.filter(wasPutOff).length
  return count === 0 ? [] : [certain(`${count} of ${polls.length} requests for an order had no answer`)]
}

/** Its answer was right, and it became what was planned of it, if not in time. */
const wasServed = (timeline: OrderTimeline): boolean => isRightAnswer(timeline) && !wasAbandoned(timeline)

/** What the time may not be over for, where not every order is decided. */
const OF_ORDERS_THAT_WAIT = [
  'lost',
  'undecided',
  'all-resolved',
  'recorded',
  'conservation',
  'answers-match',
  'expected-outcomes',
]

const defectsIn = (checks: readonly CheckResult[], { quiescent }: History): CheckResult[] =>
  checks.filter(({ name, verdict }) => verdict === 'invalid' && (quiescent || !OF_ORDERS_THAT_WAIT.includes(name)))

function notServedReasons(some: readonly OrderTimeline[], all: number): Reason[] {
  if (some.length === 0) return []
  const kinds = Map.groupBy(some, timeline => {
    const { attempt, reason = 'failed' } = timeline
    if (!attempt) return 'never sent'
    return isRightAnswer(timeline) ? `${kindOf(attempt.answer)}, then ${reason}` : kindOf(attempt.answer)
  })
  const counts = [...kinds].map(([kind, each]) => `${kind}: ${each.length.toLocaleString('en-US')}`)
  const share = some.length / all
  const text = `${percent(share)} of the orders were not served (${counts.join(', ')})`
  return [{ text, isMarginal: share < NEAR_SHARE }]
}

const percent = (share: number): string => `${(100 * share).toFixed(share < 0.01 ? 2 : 1)} %`

/** When the client could know all of it: its outcome, and that it is done; of one that was not taken, when it was told so. */
function doneNs(timeline: OrderTimeline): number | undefined {
  const { attempt, placedNs } = timeline
  if (!attempt) return undefined
  const known = knownNs(timeline)
  if (placedNs === undefined)
    return known ?? (attempt.answer.kind === 'status' ? attempt.answeredNs : attempt.answer.atNs)
  const completed = completedNs(timeline)
  return known === undefined || completed === undefined ? undefined : Math.max(known, completed)
}

const spanOf = (timeline: OrderTimeline) =>
  timeline.attempt !== undefined && { fromNs: timeline.attempt.startedNs, toNs: doneNs(timeline) }

function slopeIn(history: History, measuredSeconds: number): Slope {
  const secondsOf = (ns: number) => (ns - history.originNs) / 1e9
  const stretches = orderTimelines(history, { all: true }).flatMap(timeline => {
    const span = spanOf(timeline)
    return span ? [{ from: secondsOf(span.fromNs), to: secondsOf(span.toNs ?? Infinity) }] : []
  })
  return slopeOf(blockMeans(stretches, measuredWindow(measuredSeconds)), measuredSeconds / BLOCKS)
}

function peakOf(history: History): number {
  let most = 0
  for (const [, depth] of depthOf(history, spanOf)) most = Math.max(most, depth)
  return most
}

/** `41 [35, 47]`. */
export function slopeText({ perSecond, low, high }: Slope): string {
  const digits = Math.max(Math.abs(low), Math.abs(high)) < 10 ? 1 : 0
  const [mean, from, to] = [perSecond, low, high].map(value => value.toFixed(digits).replace(/^-(0(\.0)?)$/, '$1'))
  return `${mean} [${from}, ${to}]`
}

function slopeReasons(slope: Slope | null, rate: number): Reason[] {
  if (slope === null) return [certain('the clocks differ')]
  const trend = trendOf(slope, rate)
  if (trend === 'flat') return []
  if (trend === 'unclear')
    return [
      { text: `it is unclear whether the backlog grows: by ${slopeText(slope)} orders a second`, isMarginal: true },
    ]
  return [
    { text: `the backlog grows by ${slopeText(slope)} orders a second`, isMarginal: slope.low < NEAR_SLOPE * rate },
  ]
}

/** `atMost`: as of a figure of the file. */
type Bounded = Measure & { atMost?: true }

/**
 * With what the machine did, which they were made without; and with latencies that are void because the generator was late, as bounds.
 * They count from the planned start, and so hold what it was late: had it been punctual, each order would have come earlier to every
 * queue, and none would have left one later.
 */
function measuresOf(history: History, measures: readonly Measure[]): Bounded[] {
  const { machine } = history
  const punctual = {
    ...history,
    machine: BUSY_OR_NOT,
    attempts: history.attempts.map(attempt => ({ ...attempt, startedNs: attempt.plannedNs })),
  }
  const isLate = measures.some(({ note }) => note === GENERATOR_BOUND)
  const bounds = new Map(isLate ? standardMeasures(punctual).map(each => [each.name, each]) : [])
  return measures.map((measure): Bounded => {
    const { variant, name, unit, note } = measure
    if (name === MACHINE_IDLE && 'idleShare' in machine) return { variant, name, unit, value: 100 * machine.idleShare }
    const bound = bounds.get(name)
    const isBounded = note === GENERATOR_BOUND && unit === 'ms' && !name.includes('uncorrected')
    return isBounded && typeof bound?.value === 'number' ? { variant, ...bound, atMost: true } : measure
  })
}

function budgetResult(budget: Threshold, { name }: Variant, measures: readonly Bounded[]): CheckResult {
  const result = evaluateThreshold(budget, name, measures)
  if (!result) return { name: budget.text, verdict: 'unknown', detail: 'This was not measured.' }
  const { value, unit, atMost } = measures.find(each => each.name === measureOf(budget, name)) ?? {}
  if (!atMost || (result.verdict === 'valid' && budget.op.startsWith('<'))) return result
  return { ...result, verdict: 'unknown', detail: `It is at most ${value} ${unit}: the generator was late.` }
}

function budgetReasons(
  budget: Threshold | undefined,
  result: CheckResult | null,
  measures: readonly Measure[],
): Reason[] {
  if (!budget || !result || result.verdict === 'valid') return []
  const text = `the budget ${budget.text} is not kept: ${result.detail.replace(/\.$/, '')}`
  const measure = measures.find(({ name }) => name === measureOf(budget, ''))
  const bound = measure && boundIn(measure.unit, budget)
  if (!measure?.value || !bound) return [{ text, isMarginal: true }]
  return [{ text, isMarginal: Math.max(measure.value / bound, bound / measure.value) < NEAR_BUDGET }]
}

/**
 * So late that it was another load than the planned one. A lateness of milliseconds comes with every machine that is busy; it moves
 * latencies, and not the rate.
 */
function lateReasons(history: History): Reason[] {
  const { saturated, limit } = history.generator.connections
  if (saturated) return [certain(`the generator had no connection left of its ${limit.toLocaleString('en-US')}`)]
  if (lateBecause(history) === undefined) return []
  return [{ text: `the generator was late (p99 ${(latenessP99Ms(history) ?? 0).toFixed(0)} ms)`, isMarginal: true }]
}

function latencyIn(measures: readonly Bounded[], name: string): Probe['latencies']['known'] {
  const figure = (shown: (typeof FIGURES)[number]) => {
    const {
      value = null,
      atLeast = false,
      atMost = false,
      note,
    } = measures.find(each => each.name === `${name} ${shown}`) ?? {}
    return { ms: value, atLeast, atMost, ...(note !== undefined && { note }) }
  }
  return { p50: figure('p50'), p99: figure('p99') }
}

/** Of the whole seconds in which orders were planned. */
function spreadOf(history: History, timelines: readonly OrderTimeline[]): Probe['spread'] {
  const samples = timelines.flatMap(timeline => {
    const known = knownNs(timeline)
    const { attempt } = timeline
    if (!attempt || known === undefined || !isCompleted(timeline)) return []
    const second = Math.floor((attempt.plannedNs - history.originNs) / 1e9)
    return [{ second, ...sincePlanned(attempt, known) }]
  })
  const seconds = [...Map.groupBy(samples, ({ second }) => second).values()].map((some: Sample[]) => percentiles(some))
  const ends = (name: 'p50' | 'p99') => {
    const values = seconds.flatMap(figures => figures[name].ms ?? [])
    if (values.length < seconds.length || values.length === 0) return null
    return { least: Math.min(...values), most: Math.max(...values) }
  }
  return { knownP50: ends('p50'), knownP99: ends('p99') }
}
