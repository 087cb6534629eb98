/**
 * Latency: exact percentiles of samples of which some are only known to be at least so long, the two clocks by which clients
 * waited for their answers, and when a figure says more about the generator than about what it measured.
 *
 * Guarantees: nearest rank (Hyndman and Fan, "Sample Quantiles in Statistical Packages", The American Statistician 50,
 * 1996, definition 1): every figure is a sample, none is interpolated. A percentile with fewer than ten samples beyond
 * it is not shown, and says why. A figure that an unknown sample could raise is marked `atLeast`.
 */
import type { Attempt } from '../load/attempt.ts'
import { ascending } from './extremes.ts'

export type Sample = {
  ms: number
  /** True when this is a lower bound: there was no answer, and it counts at its deadline. */
  atLeast: boolean
}

export type Figure = { ms: number; atLeast: boolean } | { ms?: undefined; why: string }

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

/** The samples in milliseconds, ascending, and whether an unknown sample could raise a figure of theirs. */
export function ranked(samples: readonly Sample[]) {
  const leastUnknown = samples.reduce((least, { ms, atLeast }) => (atLeast ? Math.min(least, ms) : least), Infinity)
  return {
    ascending: ascending(samples.map(({ ms }) => ms)),
    /** An unknown sample above the figure leaves its rank as it is; one at or below it may truly lie above. */
    isAtLeast: (ms: number): boolean => leastUnknown <= ms,
  }
}

/** All figures of the samples, in any order. */
export function percentiles(samples: readonly Sample[]): Percentiles {
  const { ascending: sorted, isAtLeast } = ranked(samples)
  const figure = (ms: number | undefined): Figure =>
    ms === undefined ? { why: 'no samples' } : { ms, atLeast: isAtLeast(ms) }
  const at = (name: keyof typeof PER_MILLE): Figure => {
    const rank = rankOf(sorted.length, PER_MILLE[name])
    const beyond = samplesBeyond(sorted.length, PER_MILLE[name])
    if (beyond < SAMPLES_BEYOND)
      return { why: `${beyond} of ${sorted.length} samples lie beyond ${name}; ten are needed` }
    return figure(sorted[rank - 1])
  }
  return { min: figure(sorted[0]), p50: at('p50'), p90: at('p90'), p99: at('p99'), max: figure(sorted.at(-1)) }
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

/** Of the attempts of one variant, all with the same deadline. */
export function answerLatency(attempts: readonly Attempt[], deadlineMs: number): AnswerLatency {
  const { corrected, uncorrected } = answerSamples(attempts, deadlineMs)
  return { corrected: percentiles(corrected), uncorrected: percentiles(uncorrected) }
}

/** The samples behind `answerLatency`. */
export function answerSamples(attempts: readonly Attempt[], deadlineMs: number): Record<keyof AnswerLatency, Sample[]> {
  const measured = attempts.filter(({ answer }) => answer.kind !== 'aborted')
  const from = (clock: (attempt: Attempt) => number): Sample[] =>
    measured.map(attempt => sample(attempt, clock(attempt), deadlineMs))
  return { corrected: from(({ plannedNs }) => plannedNs), uncorrected: from(({ startedNs }) => startedNs) }
}

function sample({ startedNs, answeredNs }: Attempt, fromNs: number, deadlineMs: number): Sample {
  if (answeredNs === undefined) return { ms: (startedNs - fromNs) / 1e6 + deadlineMs, atLeast: true }
  return { ms: (answeredNs - fromNs) / 1e6, atLeast: false }
}

const LATEST_MS = 2
const LATEST_SHARE = 0.05

/**
 * Whether a latency measure is void (generator-bound): starts were later, at p99, than both 2 ms and 5 % of the p99
 * that would be reported. Both in milliseconds; the order checks of the same run stand all the same.
 */
export function isGeneratorBound(latenessP99Ms: number, reportedP99Ms: number): boolean {
  return latenessP99Ms > LATEST_MS && latenessP99Ms > LATEST_SHARE * reportedP99Ms
}
