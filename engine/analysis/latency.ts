/**
 * Latency: exact percentiles of samples of which some are only known to be at least so long, the two clocks by which clients
 * waited for their answers, and when late starts made too much of a figure.
 *
 * Guarantees: nearest rank (Hyndman and Fan, "Sample Quantiles in Statistical Packages", The American Statistician 50,
 * 1996, definition 1): every figure is a sample, none is interpolated. A percentile with fewer than ten samples beyond
 * it is not shown, and says why. A figure that an unknown sample could raise is marked `atLeast`.
 */
import type { Attempt } from '../load/attempt.ts'
import { ascending } from './extremes.ts'

export type Sample = {
  ms: number
  /** How much of it had passed when the attempt was started: 0 where it does not count from a planned start. */
  lateMs: number
  /** True when this is a lower bound: there was no answer, and it counts at its deadline. */
  atLeast: boolean
}

/** `isLate`: `isGeneratorBound` says so of it, or of the figure beside which it stands. */
export type Figure = { ms: number; atLeast: boolean; isLate?: boolean } | { ms?: undefined; why: string }

export const FIGURES = ['min', 'p50', 'p90', 'p99', 'max'] as const
type FigureName = (typeof FIGURES)[number]
export type Percentiles = Record<FigureName, Figure>

/** A percentile with fewer samples beyond it says nothing, and is not shown. */
export const SAMPLES_BEYOND = 10
const PER_MILLE = { p50: 500, p90: 900, p99: 990 } as const

/** The value below or at which `perMille` thousandths of the values lie. @throws RangeError when there are none */
export function nearestRank(sorted: ArrayLike<number>, perMille: number): number {
  const value = sorted[rankOf(sorted.length, perMille) - 1]
  if (value === undefined) throw new RangeError('There is no percentile of no values.')
  return value
}

/** Each of the samples as a figure, by its place among them, from 0. */
export function figureAmong(samples: readonly Sample[]): (place: number) => Figure {
  const leastUnknown = samples.reduce((least, { ms, atLeast }) => (atLeast ? Math.min(least, ms) : least), Infinity)
  const sorted = ascending(samples.map(({ ms }) => ms))
  const punctual = ascending(samples.map(({ ms, lateMs }) => ms - lateMs))
  return place => {
    const ms = sorted[place]
    if (ms === undefined) return { why: 'no samples' }
    // An unknown sample above the figure leaves its rank as it is; one at or below it may truly lie above.
    const atLeast = leastUnknown <= ms
    return { ms, atLeast, ...(isGeneratorBound(ms, punctual[place] ?? ms) && { isLate: true }) }
  }
}

const MOST_ADDED_MS = 1
const MOST_ADDED_SHARE = 0.1

/**
 * Whether late starts made more than 1 ms and more than a tenth of a figure. The order checks of the same run stand all the same.
 * @param reportedMs from the planned starts @param punctualMs the same figure from the actual starts
 */
export function isGeneratorBound(reportedMs: number, punctualMs: number): boolean {
  const added = reportedMs - punctualMs
  return added > MOST_ADDED_MS && added > MOST_ADDED_SHARE * reportedMs
}

/** All figures of the samples, in any order. */
export function percentiles(samples: readonly Sample[]): Percentiles {
  const figureAt = figureAmong(samples)
  const at = (name: keyof typeof PER_MILLE): Figure => {
    const rank = rankOf(samples.length, PER_MILLE[name])
    const beyond = samplesBeyond(samples.length, PER_MILLE[name])
    if (beyond < SAMPLES_BEYOND)
      return { why: `${beyond} of ${samples.length} samples lie beyond ${name}; ten are needed` }
    return figureAt(rank - 1)
  }
  return { min: figureAt(0), p50: at('p50'), p90: at('p90'), p99: at('p99'), max: figureAt(samples.length - 1) }
}

const samplesBeyond = (count: number, perMille: number): number => Math.max(0, count - rankOf(count, perMille))

/** Whether so many samples can give the percentile that a measure is, such as `accepted p99`; true of a measure that is none. */
export function canBeShown(measure: string, samples: number): boolean {
  const found = Object.entries(PER_MILLE).find(([name]) => measure.endsWith(` ${name}`))
  return found === undefined || samplesBeyond(samples, found[1]) >= SAMPLES_BEYOND
}

function rankOf(count: number, perMille: number): number {
  return Math.max(1, Math.ceil((count * perMille) / 1000))
}

/**
 * How long clients waited for their answer, by two clocks.
 *
 * `corrected` counts from the planned start, so that a target that stalls is charged for those it kept from starting
 * (the correction of wrk2); `uncorrected` counts from the real start and stands beside it to show the difference.
 * An attempt without an answer counts at its deadline, as "at least", also when it failed sooner: a fast failure is
 * not a fast answer. Stopped attempts are left out, because their wait was cut short by the one who measures.
 */
export type AnswerLatency = { corrected: Percentiles; uncorrected: Percentiles }

/** Of the attempts of one variant, all with the same deadline. An uncorrected figure is void with the one beside which it stands. */
export function answerLatency(attempts: readonly Attempt[], deadlineMs: number): AnswerLatency {
  const corrected = percentiles(answerSamples(attempts, deadlineMs))
  const uncorrected = percentiles(answerSamples(attempts, deadlineMs, 'startedNs'))
  for (const name of FIGURES) {
    const [figure, beside] = [uncorrected[name], corrected[name]]
    if (figure.ms !== undefined && beside.ms !== undefined && beside.isLate) figure.isLate = true
  }
  return { corrected, uncorrected }
}

/** The samples behind `answerLatency`. @param from the clock by which they count */
export const answerSamples = (
  attempts: readonly Attempt[],
  deadlineMs: number,
  from: 'plannedNs' | 'startedNs' = 'plannedNs',
): Sample[] =>
  attempts
    .filter(({ answer }) => answer.kind !== 'aborted')
    .map(attempt => {
      const { answeredNs, startedNs } = attempt
      return since(attempt[from], attempt, answeredNs ?? startedNs + deadlineMs * 1e6, answeredNs === undefined)
    })

/** From the planned start of an attempt. @param untilNs on its clock @param atLeast whether it was longer than that */
export const sincePlanned = (attempt: Attempt, untilNs: number, atLeast = false): Sample =>
  since(attempt.plannedNs, attempt, untilNs, atLeast)

const since = (fromNs: number, { startedNs }: Attempt, untilNs: number, atLeast: boolean): Sample => ({
  ms: (untilNs - fromNs) / 1e6,
  lateMs: (startedNs - fromNs) / 1e6,
  atLeast,
})
