// What every variant measures, from its history alone: both latencies, availability, answers by kind, backlog.
import type { History } from './history.ts'
import { acceptedLatency } from './latency/accepted.ts'
import { type FigureName, type Percentiles, percentiles, type Sample } from './latency/percentiles.ts'
import { isGeneratorBound } from './latency/void.ts'
import { completedNs, isCompleted, isRightAnswer, livesOf, type Life } from './lives.ts'
import type { Measure } from './summary.ts'

type Unnamed = Omit<Measure, 'variant'>

/** An answer later than this is no availability, in milliseconds from the plan. */
const AVAILABLE_MS = 1_000

const SHOWN: readonly FigureName[] = ['min', 'p50', 'p90', 'p99', 'max']

export function standardMeasures(history: History): Unnamed[] {
  const lives = livesOf(history)
  const measured = history.attempts.filter(({ index }) => index >= history.warmUpOrders)
  const accepted = acceptedLatency(measured, history.deadlineMs)
  const bound = generatorBound(history)
  return [
    { name: 'asked', unit: 'orders', value: lives.filter(({ attempt }) => attempt).length },
    ...answers(lives),
    ...latency('accepted', accepted.corrected, bound),
    ...latency('accepted uncorrected', accepted.uncorrected, bound),
    ...latency(
      'completed',
      percentiles(completions(history, lives)),
      history.clocksAgree ? bound : 'the clocks differ',
    ),
    ...shares(lives),
    { name: 'deepest backlog', unit: 'orders', value: Math.max(0, ...backlog(history).map(([, depth]) => depth)) },
    { name: 'start lateness p99', unit: 'ms', value: history.generator.lateness?.p99Ms ?? null },
  ]
}

/** Why latencies are void, or undefined. */
export function generatorBound(history: History): string | undefined {
  const { lateness } = history.generator
  const measured = history.attempts.filter(({ index }) => index >= history.warmUpOrders)
  const p99 = acceptedLatency(measured, history.deadlineMs).corrected.p99.ms
  if (!lateness || p99 === undefined) return undefined
  return isGeneratorBound(lateness.p99Ms, p99) ? 'generator-bound' : undefined
}

export function latency(name: string, figures: Percentiles, voidBecause?: string): Unnamed[] {
  return SHOWN.map(shown => {
    const figure = figures[shown]
    const base = { name: `${name} ${shown}`, unit: 'ms' }
    if (voidBecause) return { ...base, value: null, note: voidBecause }
    if (figure.ms === undefined) return { ...base, value: null, note: figure.why }
    return { ...base, value: figure.ms, ...(figure.atLeast && { atLeast: true }) }
  })
}

/** How often each answer was given: `answers 201`, `answers 503 inventory-unavailable`, `answers deadline`. */
function answers(lives: readonly Life[]): Unnamed[] {
  const counts = new Map<string, number>()
  for (const { attempt } of lives) {
    if (!attempt) continue
    const { answer } = attempt
    const kind = answer.kind === 'status' ? `${answer.status}${answer.code ? ` ${answer.code}` : ''}` : answer.kind
    counts.set(kind, (counts.get(kind) ?? 0) + 1)
  }
  const sorted = [...counts].sort(([a], [b]) => (a < b ? -1 : 1))
  return sorted.map(([kind, count]) => ({ name: `answers ${kind}`, unit: 'orders', value: count }))
}

/** An order that never completed counts until the history ends, as "at least"; one that was refused does not count. */
function completions(history: History, lives: readonly Life[]): Sample[] {
  const endNs = Math.max(
    history.originNs,
    ...history.attempts.map(({ answeredNs, startedNs }) => answeredNs ?? startedNs),
  )
  return lives.flatMap(life => {
    const { attempt, placedNs } = life
    if (!attempt || placedNs === undefined) return []
    const doneNs = completedNs(life)
    return [{ ms: ((doneNs ?? endNs) - attempt.plannedNs) / 1e6, atLeast: doneNs === undefined }]
  })
}

function shares(lives: readonly Life[]): Unnamed[] {
  const asked = lives.filter(({ attempt }) => attempt)
  const inTime = asked.filter(life => {
    const { attempt } = life
    if (!attempt?.answeredNs || !isRightAnswer(life)) return false
    return (attempt.answeredNs - attempt.plannedNs) / 1e6 <= AVAILABLE_MS
  })
  const share = (part: number) => (asked.length === 0 ? null : (100 * part) / asked.length)
  return [
    { name: 'availability', unit: '%', value: share(inTime.length) },
    { name: 'completed ÷ asked', unit: '%', value: share(asked.filter(isCompleted).length) },
  ]
}

/** Placed minus decided, from each order's own stamps, at every change: [seconds since the load began, orders]. */
export function backlog(history: History): [number, number][] {
  const changes = livesOf(history, { all: true }).flatMap(({ placedNs, decidedNs }) => {
    if (placedNs === undefined) return []
    return [[placedNs, 1] as const, ...(decidedNs === undefined ? [] : [[Math.max(decidedNs, placedNs), -1] as const])]
  })
  changes.sort(([a, up], [b, down]) => a - b || down - up)
  let depth = 0
  return changes.map(([atNs, change]) => [(atNs - history.originNs) / 1e9, (depth += change)])
}
