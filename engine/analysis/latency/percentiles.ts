/**
 * Exact percentiles of samples of which some are only known to be at least so long.
 *
 * Guarantees: nearest rank (Hyndman and Fan, "Sample Quantiles in Statistical Packages", The American Statistician 50,
 * 1996, definition 1): every figure is a sample, none is interpolated. A percentile with fewer than ten samples beyond
 * it is not shown, and says why. A figure that an unknown sample could raise is marked `atLeast`.
 */
export type Sample = {
  ms: number
  /** True when this is a lower bound: there was no answer, and it counts at its deadline. */
  atLeast: boolean
}

export type Figure = { ms: number; atLeast: boolean } | { ms?: undefined; why: string }

export const FIGURES = ['min', 'p50', 'p90', 'p99', 'p99.9', 'max'] as const
export type FigureName = (typeof FIGURES)[number]
export type Percentiles = { samples: number; unknown: number } & Record<FigureName, Figure>

const BEYOND = 10
const PER_MILLE = { p50: 500, p90: 900, p99: 990, 'p99.9': 999 } as const

/** The value below or at which `perMille` thousandths of the values lie. @throws RangeError when there are none */
export function nearestRank(ascending: readonly number[], perMille: number): number {
  const value = ascending[rankOf(ascending.length, perMille) - 1]
  if (value === undefined) throw new RangeError('There is no percentile of no values.')
  return value
}

/** All figures of the samples, in any order. */
export function percentiles(samples: readonly Sample[]): Percentiles {
  const ascending = samples.map(({ ms }) => ms).sort((one, other) => one - other)
  const unknown = samples.filter(({ atLeast }) => atLeast).map(({ ms }) => ms)
  const leastUnknown = unknown.reduce((least, ms) => Math.min(least, ms), Number.POSITIVE_INFINITY)
  // An unknown sample above the figure leaves its rank as it is; one at or below it may truly lie above.
  const figure = (ms: number | undefined): Figure =>
    ms === undefined ? { why: 'no samples' } : { ms, atLeast: leastUnknown <= ms }
  const at = (name: keyof typeof PER_MILLE): Figure => {
    const rank = rankOf(ascending.length, PER_MILLE[name])
    const beyond = ascending.length - rank
    if (beyond < BEYOND) return { why: `${beyond} of ${ascending.length} samples lie beyond ${name}, ten are needed` }
    return figure(ascending[rank - 1])
  }
  return {
    samples: ascending.length,
    unknown: unknown.length,
    min: figure(ascending[0]),
    p50: at('p50'),
    p90: at('p90'),
    p99: at('p99'),
    'p99.9': at('p99.9'),
    max: figure(ascending.at(-1)),
  }
}

/** A figure as a table shows it, in milliseconds: `4.2`, `≥ 2000`, or `—` where there is none. */
export function figureText(figure: Figure): string {
  if (figure.ms === undefined) return '—'
  const decimals = figure.ms < 1 ? 2 : figure.ms < 100 ? 1 : 0
  return `${figure.atLeast ? '≥ ' : ''}${figure.ms.toFixed(decimals)}`
}

function rankOf(count: number, perMille: number): number {
  return Math.max(1, Math.ceil((count * perMille) / 1000))
}
