// Two variants side by side, each measured several times.
//
// Guarantees: a difference is claimed only when the spreads of the repetitions do not touch. With few repetitions a spread is the
// whole range, the honest one, and no significance in the statistical sense; from six on `repeated` takes an interval that holds the
// median with a probability of at least 95 %, whatever the distribution.

/** `low` and `high`: of the spread. */
export type Repeated = { median: number; low: number; high: number; repetitions: number }

export type Comparison = {
  verdict: 'lower' | 'higher' | 'indistinguishable' | 'unknown'
  /** Median of the one over the median of the other; absent where that is 0. */
  ratio?: number
  text: string
}

/** The median of repetitions with its interval; of fewer than six, with their range. @throws RangeError when there are none */
export const repeated = (values: readonly number[]): Repeated => spreadOf(values, beyondInterval(values.length))

/** The median of repetitions with their whole range, for what a single one may decide. @throws RangeError as `repeated` */
export const ranged = (values: readonly number[]): Repeated => spreadOf(values, 0)

/** Without so many values at each end. */
function spreadOf(values: readonly number[], beyond: number): Repeated {
  const ascending = values.toSorted((a, b) => a - b)
  const low = ascending[beyond]
  const high = ascending.at(-1 - beyond)
  if (low === undefined || high === undefined) throw new RangeError('There is no median of no repetitions.')
  return { median: median(ascending), low, high, repetitions: ascending.length }
}

/** How the one stands to the other: `unknown` when either was measured only once. */
export function compare(one: Repeated, other: Repeated): Comparison {
  const ratio = other.median === 0 ? undefined : one.median / other.median
  const verdict = verdictOf(one, other)
  return { verdict, ratio, text: textOf(verdict, ratio) }
}

function verdictOf(one: Repeated, other: Repeated): Comparison['verdict'] {
  if (one.repetitions < 2 || other.repetitions < 2) return 'unknown'
  if (one.high < other.low) return 'lower'
  if (one.low > other.high) return 'higher'
  return 'indistinguishable'
}

function textOf(verdict: Comparison['verdict'], ratio: number | undefined): string {
  if (verdict === 'unknown') return 'not repeated, so the spread is unknown'
  if (verdict === 'indistinguishable') return 'indistinguishable: the spreads of the repetitions overlap'
  return ratio === undefined ? verdict : `${verdict}, ×${ratio.toFixed(2)}`
}

function median(ascending: readonly number[]): number {
  const upper = ascending[Math.floor(ascending.length / 2)] ?? 0
  const lower = ascending[Math.ceil(ascending.length / 2) - 1] ?? 0
  return (lower + upper) / 2
}

/**
 * How many values lie beyond each end of an interval that holds the median with a probability of at least 95 %: each repetition is
 * as likely below it as above, so the number below it is binomial (W. J. Conover, Practical Nonparametric Statistics, 1999, 3.2).
 * With fewer than six there is no such interval, and none lies beyond.
 */
function beyondInterval(count: number): number {
  let beyond = 0
  let ways = 1
  let below = 1
  while (beyond < count) {
    ways = (ways * (count - beyond)) / (beyond + 1)
    below += ways
    if (2 * below > 0.05 * 2 ** count) return beyond
    beyond++
  }
  return 0
}

/** So many repetitions tell a trend from chance. */
const LEAST_FOR_TREND = 8
/** Of the normal distribution, for one of a hundred that shows a trend by chance. */
const TREND_Z = 2.576

/**
 * Whether the values rise or fall from one repetition to the next, in their sequence, more than chance would have it: then something
 * changed while they were measured, such as the machine (H. B. Mann, Nonparametric Tests Against Trend, Econometrica 13, 1945).
 */
export function trendOf(values: readonly number[]): 'rises' | 'falls' | undefined {
  const count = values.length
  if (count < LEAST_FOR_TREND) return undefined
  let sum = 0
  for (const [nth, value] of values.entries())
    for (const later of values.slice(nth + 1)) sum += Math.sign(later - value)
  const spread = Math.sqrt((count * (count - 1) * (2 * count + 5)) / 18)
  if (Math.abs(sum) - 1 < TREND_Z * spread) return undefined
  return sum > 0 ? 'rises' : 'falls'
}
