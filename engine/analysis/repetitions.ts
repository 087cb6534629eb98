// Two variants side by side, each measured several times.
//
// Guarantees: a difference is claimed only when the ranges of the repetitions do not touch. Does not guarantee
// significance in the statistical sense: with few repetitions the whole range is the honest spread.

export type Repeated = { median: number; low: number; high: number; repetitions: number }

export type Comparison = {
  verdict: 'lower' | 'higher' | 'indistinguishable' | 'unknown'
  /** Median of the one over the median of the other; absent where that is 0. */
  ratio?: number
  text: string
}

/** The median of repetitions with the range they cover. @throws RangeError when there are none */
export function repeated(values: readonly number[]): Repeated {
  const ascending = values.toSorted((a, b) => a - b)
  const low = ascending[0]
  const high = ascending.at(-1)
  if (low === undefined || high === undefined) throw new RangeError('There is no median of no repetitions.')
  return { median: median(ascending), low, high, repetitions: ascending.length }
}

/** How the one stands to the other: `unknown` when either was measured only once. @throws RangeError as `repeated` */
export function compare(oneValues: readonly number[], otherValues: readonly number[]): Comparison {
  const one = repeated(oneValues)
  const other = repeated(otherValues)
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
  if (verdict === 'indistinguishable') return 'indistinguishable: the ranges of the repetitions overlap'
  return ratio === undefined ? verdict : `${verdict}, ×${ratio.toFixed(2)}`
}

function median(ascending: readonly number[]): number {
  const upper = ascending[Math.floor(ascending.length / 2)] ?? 0
  const lower = ascending[Math.ceil(ascending.length / 2) - 1] ?? 0
  return (lower + upper) / 2
}
