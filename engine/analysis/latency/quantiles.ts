// Latency at many shares of the orders, for a picture: accepted by both clocks, and completed.
// Guarantees: nearest rank, as percentiles.ts; nothing is shown with fewer than ten samples beyond it, and nothing of a
// latency that is void.
import type { History } from '../../run/history.ts'
import { orderTimelines } from '../order-timeline.ts'
import { completions, isCompletionVoid, isVoid, measuredOf } from '../measures.ts'
import type { Quantiles } from '../../run/summary.ts'
import { acceptedSamples } from './accepted.ts'
import type { Sample } from './percentiles.ts'

/** Beyond the ninth tenth by steps that shrink, so that the tail is as wide as the body. */
const SHARES = [
  0.01, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.85, 0.9, 0.925, 0.95, 0.96, 0.97, 0.98, 0.985, 0.99, 0.9925,
  0.995, 0.9975, 0.999,
]
const BEYOND = 10

export function quantilesOf(variant: string, history: History): Quantiles[] {
  const { corrected, uncorrected } = acceptedSamples(measuredOf(history), history.deadlineMs)
  const accepted = [
    { variant, latency: 'accepted', points: quantiles(corrected) },
    { variant, latency: 'accepted uncorrected', points: quantiles(uncorrected) },
  ]
  const completed = () => ({
    variant,
    latency: 'completed',
    points: quantiles(completions(history, orderTimelines(history))),
  })
  return [...(isVoid(history) ? [] : accepted), ...(isCompletionVoid(history) ? [] : [completed()])]
}

/** [share, ms, 1 if an unknown sample could raise it], ascending. */
export function quantiles(samples: readonly Sample[]): Quantiles['points'] {
  const ascending = samples.map(({ ms }) => ms).sort((one, other) => one - other)
  const unknown = samples.filter(({ atLeast }) => atLeast).map(({ ms }) => ms)
  const leastUnknown = unknown.reduce((least, ms) => Math.min(least, ms), Number.POSITIVE_INFINITY)
  return SHARES.flatMap((share): Quantiles['points'] => {
    const rank = Math.max(1, Math.ceil(share * ascending.length))
    const ms = ascending[rank - 1]
    if (ms === undefined || ascending.length - rank < BEYOND) return []
    return [[share, Math.round(ms * 1_000) / 1_000, leastUnknown <= ms ? 1 : 0]]
  })
}
