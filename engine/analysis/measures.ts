// What every variant measures, from its history alone: both latencies, availability, answers by kind, backlog; and how
// sentences say a measure.
import { overtakenMeasures } from './overtaken.ts'
import { usageMeasures } from './resource-usage.ts'
import type { History } from '../run/history.ts'
import {
  type Figure,
  answerLatency,
  answerSamples,
  FIGURES,
  nearestRank,
  type Percentiles,
  percentiles,
  type Sample,
  sincePlanned,
} from './latency.ts'
import type { Answer, Attempt } from '../load/attempt.ts'
import {
  completedNs,
  isBusiness,
  isCompleted,
  isRightAnswer,
  knownNs,
  orderTimelines,
  type OrderTimeline,
  wasAbandoned,
} from './order-timeline.ts'
import type { Measure } from '../run/summary.ts'
import { oncePerHistory } from '../run/once.ts'
import { ascending } from './extremes.ts'
import type { VariantResult } from '../experiment/define.ts'

type Unnamed = Omit<Measure, 'variant'>

/** An answer later than this is no availability, in milliseconds from the plan. */
export const AVAILABLE_MS = 1_000
/** And these, for who can wait longer. */
const WITHIN_MS = [AVAILABLE_MS, 3_000, 5_000]

export const GENERATOR_CPU = 'generator CPU'
export const MACHINE_IDLE = 'machine idle'
/** Measures that tell under which conditions the others were measured: no model is better by them. */
export const CONDITIONS: readonly string[] = [GENERATOR_CPU, MACHINE_IDLE]

export function standardMeasures(history: History): Unnamed[] {
  const timelines = orderTimelines(history)
  const why = voidBecause(history)
  return [
    { name: 'requested', unit: 'orders', value: timelines.filter(({ attempt }) => attempt).length },
    ...answers(timelines),
    ...acceptedLatencies(history, why),
    ...latency('answered', percentiles(answerSamples(measuredOf(history), history.deadlineMs)), why),
    ...latency('known', percentiles(untilKnown(history, timelines)), acrossClocks(history)),
    ...latency('completed', percentiles(completions(history, timelines)), acrossClocks(history)),
    ...shares(history, timelines),
    ...unlessLate(history, [{ name: 'peak backlog', unit: 'orders', ...peak(history, backlog(history)) }]),
    { name: 'start lateness p99', unit: 'ms', value: latenessP99Ms(history) },
    { name: GENERATOR_CPU, unit: '% of a core', value: 100 * history.generator.cpuShare },
    { name: MACHINE_IDLE, unit: '%', ...machineIdle(history) },
    ...overtakenMeasures(history),
    ...usageMeasures(history),
  ]
}

function acceptedLatencies(history: History, why: string | undefined): Unnamed[] {
  const { corrected, uncorrected } = answerLatency(acceptedOf(history), history.deadlineMs)
  return [...latency('accepted', corrected, why), ...latency('accepted uncorrected', uncorrected, why)]
}

/** Why no latency stands that is measured with the stamps of services. */
export const acrossClocks = (history: History): string | undefined =>
  history.clocksAgree ? voidBecause(history) : CLOCKS_DIFFER

/** Start minus plan, in milliseconds, in order. */
const latenessMs = (attempts: readonly Attempt[]): Float64Array =>
  ascending(attempts.map(({ startedNs, plannedNs }) => (startedNs - plannedNs) / 1e6))

/** Of all that are measured. */
const measuredLatenessMs = oncePerHistory(history => latenessMs(measuredOf(history)))

/** At p99; null when nothing was started. */
export function latenessP99Ms(history: History): number | null {
  const late = measuredLatenessMs(history)
  return late.length === 0 ? null : nearestRank(late, 990)
}

/**
 * Why no latency of the history stands, or undefined. Where attempts waited for a socket nothing tells how late they were, and late enough
 * they are another load. On a machine that is hardly ever idle, services and generator wait for a core, and how long is not
 * a property of the model. What late starts made of a single figure is told of that figure.
 */
export function voidBecause(history: History): string | undefined {
  const { generator, machine } = history
  if (generator.connections.saturated) return GENERATOR_BOUND
  return lateBecause(history) ?? ('idleShare' in machine && machine.idleShare < LEAST_IDLE ? MACHINE_BUSY : undefined)
}

/** A time that is shorter is told as none. */
export const NO_TIME_MS = 1

/** Of all cores. */
export const LEAST_IDLE = 0.15

const machineIdle = ({ machine }: History): Pick<Measure, 'value' | 'note'> =>
  'idleShare' in machine ? { value: 100 * machine.idleShare } : { value: null, note: machine.unknown }

/** Orders that are later than this at p99 come in a burst that nobody planned. */
const ANOTHER_LOAD_MS = 200

/**
 * Why what a load caused (depths, rates, shares in time) is void, or undefined: so late that it was another load than the planned
 * one, as after the lab itself had been stopped, when all that was due comes at once. @param attempts those that it rests on
 */
export function lateBecause(history: History, attempts?: readonly Attempt[]): string | undefined {
  const late = attempts ? latenessMs(attempts) : measuredLatenessMs(history)
  if (late.length === 0) return undefined
  return nearestRank(late, 990) > ANOTHER_LOAD_MS ? GENERATOR_BOUND : undefined
}

/** The same measures, or void. @param attempts as of `lateBecause` */
export function unlessLate(history: History, measures: readonly Unnamed[], attempts?: readonly Attempt[]): Unnamed[] {
  const note = lateBecause(history, attempts)
  if (note === undefined) return [...measures]
  return measures.map(({ name, unit }) => ({ name, unit, value: null, note }))
}

/** The same measures; but times and rates are void where the lab stood still, and could not tell when something had happened. */
export const unlessPaused = ({ labPauses }: History, measures: readonly Unnamed[]): Unnamed[] =>
  labPauses.length === 0
    ? [...measures]
    : measures.map(measure => {
        const { name, unit, value } = measure
        return value !== null && /^(ms|s|.*\/s)$/.test(unit) ? { name, unit, value: null, note: LAB_PAUSED } : measure
      })

/** The highest depth over time; it is counted from the stamps of several services. */
export function peak(
  { clocksAgree }: History,
  depths: Iterable<readonly [number, number]>,
): Pick<Measure, 'value' | 'note'> {
  if (!clocksAgree) return { value: null, note: CLOCKS_DIFFER }
  let most = 0
  for (const [, depth] of depths) most = Math.max(most, depth)
  return { value: most }
}

/** Why the accepted latency of the history is void at its p50 or its p99, or undefined. */
export function acceptedVoidBecause(history: History): string | undefined {
  const { p50, p99 } = percentiles(answerSamples(acceptedOf(history), history.deadlineMs))
  const isLate = [p50, p99].some(figure => figure.ms !== undefined && figure.isLate)
  return isLate ? GENERATOR_BOUND : voidBecause(history)
}

/**
 * The attempts that are measured: the first of each order after the warm-up. A repeated request is answered from the orders table, and
 * one of a client that tries again is not of the plan.
 */
const measuredOf = oncePerHistory(({ attempts, warmUpOrders }) =>
  attempts.filter(({ index, attempt, isRetry }) => index >= warmUpOrders && attempt === 1 && !isRetry),
)

/**
 * Those of them that were accepted, or whose answer says that the order fails as planned. One without an answer may have been
 * accepted, and counts at its deadline. A refusal is no acceptance, however quick.
 */
export const acceptedOf = (history: History): Attempt[] =>
  measuredOf(history).filter(
    ({ answer }) =>
      answer.kind !== 'status' || answer.status < 300 || (answer.status === 409 && isBusiness(answer.code)),
  )

/** @param why none of them stands */
export const latency = (name: string, figures: Percentiles, why?: string): Unnamed[] =>
  FIGURES.map(shown => ({ name: `${name} ${shown}`, unit: 'ms', ...amountOf(figures[shown], why) }))

/** @param why it does not stand, where there is one; nothing is void where nothing was measured */
export function amountOf(figure: Figure, why?: string): Pick<Measure, 'value' | 'note' | 'atLeast'> {
  if (figure.ms === undefined) return { value: null, note: isVoidNote(why) ? figure.why : (why ?? figure.why) }
  // Between clocks that differ late starts are no cause.
  const note = figure.isLate && why !== CLOCKS_DIFFER ? GENERATOR_BOUND : why
  return note === undefined ? { value: figure.ms, ...(figure.atLeast && { atLeast: true }) } : { value: null, note }
}

/** How often each answer was given: `answers 201`, `answers 503 inventory-unavailable`, `answers deadline`. */
function answers(timelines: readonly OrderTimeline[]): Unnamed[] {
  const counts = new Map<string, number>()
  for (const { attempt } of timelines) {
    if (!attempt) continue
    const kind = kindOf(attempt.answer)
    counts.set(kind, (counts.get(kind) ?? 0) + 1)
  }
  return [...counts]
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([kind, count]) => ({ name: `answers ${kind}`, unit: 'orders', value: count }))
}

/** `201`, `503 inventory-unavailable`, `deadline`. */
export const kindOf = (answer: Answer): string =>
  answer.kind === 'status' ? `${answer.status}${answer.code ? ` ${answer.code}` : ''}` : answer.kind

/**
 * An order that never completed counts until the last thing that is known, as "at least". One that was refused, or
 * abandoned because of a fault, has no such latency: a quick failure is not a quick order.
 */
export const completions = (history: History, timelines: readonly OrderTimeline[]): Sample[] =>
  latenciesUntil(completedNs, history, timelines)

/** The same until the client could know the outcome. */
export const untilKnown = (history: History, timelines: readonly OrderTimeline[]): Sample[] =>
  latenciesUntil(knownNs, history, timelines)

function latenciesUntil(
  endOf: (timeline: OrderTimeline) => number | undefined,
  history: History,
  timelines: readonly OrderTimeline[],
): Sample[] {
  let endNs = history.originNs
  for (const { answeredNs, startedNs } of history.attempts) endNs = Math.max(endNs, answeredNs ?? startedNs)
  for (const timeline of timelines) endNs = Math.max(endNs, completedNs(timeline) ?? 0)
  for (const { atNs } of history.samples) endNs = Math.max(endNs, atNs)
  return timelines.flatMap(timeline => {
    const { attempt, placedNs } = timeline
    if (!attempt || placedNs === undefined || wasAbandoned(timeline)) return []
    const doneNs = endOf(timeline)
    return [sincePlanned(attempt, doneNs ?? endNs, doneNs === undefined)]
  })
}

const wasSent = (timeline: OrderTimeline): timeline is OrderTimeline & { attempt: Attempt } =>
  timeline.attempt !== undefined

/** Of the requested orders, how many had the right answer so soon after their planned start, and how many their outcome. */
function shares(history: History, timelines: readonly OrderTimeline[]): Unnamed[] {
  const requested = timelines.filter(wasSent)
  const share = (part: number) => (requested.length === 0 ? null : (100 * part) / requested.length)
  const within = (ms: number, endOf: (timeline: (typeof requested)[number]) => number | undefined) =>
    share(requested.filter(one => ((endOf(one) ?? Infinity) - one.attempt.plannedNs) / 1e6 <= ms).length)
  const answered = (one: (typeof requested)[number]) => (isRightAnswer(one) ? one.attempt.answeredNs : undefined)
  const known = (one: (typeof requested)[number]) => (isCompleted(one) ? knownNs(one) : undefined)
  const inTime = WITHIN_MS.flatMap(ms => {
    const suffix = ms === AVAILABLE_MS ? '' : ` in ${ms / 1_000} s`
    return [
      { name: `availability${suffix}`, unit: '%', value: within(ms, answered) },
      {
        name: `known in ${ms / 1_000} s`,
        unit: '%',
        ...(history.clocksAgree ? { value: within(ms, known) } : { value: null, note: CLOCKS_DIFFER }),
      },
    ]
  })
  return [
    ...unlessLate(history, inTime),
    { name: 'completed ÷ requested', unit: '%', value: share(requested.filter(isCompleted).length) },
  ]
}

/** To be gone through once: of a million orders there are two million, which nobody keeps. */
export type Depths = Generator<[seconds: number, depth: number]>

/** Placed minus decided, from each order's own stamps, at every change: [seconds since the load began, orders]. */
export const backlog = (history: History): Depths =>
  depthOf(history, ({ placedNs, decidedNs }) => placedNs !== undefined && { fromNs: placedNs, toNs: decidedNs })

/**
 * How many orders, those of the warm-up included, are within their span, at every change: [seconds since the load began,
 * orders]. @param spanOf false for an order that is not counted; without `toNs` its span never ends
 */
export function* depthOf(
  history: History,
  spanOf: (timeline: OrderTimeline) => { fromNs: number; toNs: number | undefined } | false,
): Depths {
  const [fromNs, toNs]: [number[], number[]] = [[], []]
  for (const timeline of orderTimelines(history, { all: true })) {
    const span = spanOf(timeline)
    if (!span) continue
    fromNs.push(span.fromNs)
    if (span.toNs !== undefined) toNs.push(Math.max(span.toNs, span.fromNs))
  }
  const [begins, ends] = [ascending(fromNs), ascending(toNs)]
  let [begun, ended] = [0, 0]
  while (begun + ended < begins.length + ends.length) {
    const [beginNs = Infinity, endNs = Infinity] = [begins[begun], ends[ended]]
    if (beginNs <= endNs) begun++
    else ended++
    yield [(Math.min(beginNs, endNs) - history.originNs) / 1e9, begun - ended]
  }
}

export type Found = Pick<Measure, 'value' | 'atLeast' | 'unit' | 'note'>

/** Why a completed latency is void: stamps of two kernels cannot be taken from each other. */
export const CLOCKS_DIFFER = 'the clocks differ'
/** Why a latency is void where the load itself was late. */
export const GENERATOR_BOUND = 'generator-bound'
/** Why a latency is void where less than 15 % of the machine's time was idle. */
export const MACHINE_BUSY = 'machine busy'
/** Why a time is void where the lab itself stood still for more than a second. */
export const LAB_PAUSED = 'the lab was paused'

/** A measure of a variant by name; without a value where there is none. */
export const findMeasure = (result: Pick<VariantResult, 'measures'> | undefined, name: string): Found =>
  result?.measures.find(measure => measure.name === name) ?? { value: null, unit: '' }

/** Whether this is the note of a measure that is void: it has no value because of how it was measured. */
export const isVoidNote = (note: string | undefined): boolean => VOID_NOTES.includes(note)
const VOID_NOTES: readonly (string | undefined)[] = [GENERATOR_BOUND, MACHINE_BUSY, CLOCKS_DIFFER, LAB_PAUSED]

/** A sentence with measures in it; none where one of them has no value, since nothing can be said of what was not measured. */
export const sentence = (
  strings: TemplateStringsArray,
  ...parts: readonly (string | number | undefined)[]
): string[] => (parts.includes(undefined) ? [] : [String.raw({ raw: strings }, ...parts)])

/** `4.2 ms`, `2.01 s`, `≥ 5.00 s`; for a `sentence`, which is left out where there is no value. */
export function ms({ value, atLeast }: Pick<Found, 'value' | 'atLeast'>): string | undefined {
  if (value === null) return undefined
  const text = value >= 1_000 ? `${(value / 1_000).toFixed(2)} s` : `${value.toFixed(value < 10 ? 2 : 0)} ms`
  return atLeast ? `≥ ${text}` : text
}

/** A number with at most one decimal and thousands apart; without a value as `ms`. */
export const count = ({ value }: Pick<Found, 'value'>): string | undefined =>
  value?.toLocaleString('en-US', { maximumFractionDigits: 1 })
