// How long answers took at the end of the warm-up: of the same processes, at another rate than the measured one.
import { latency, voidBecause } from './measures.ts'
import { answerLatency } from './latency.ts'
import type { History } from '../run/history.ts'
import type { Measure } from '../run/summary.ts'

export const WARM_UP = 'warm-up answered p50'

/** Over the last third of the orders that warm up; no measure without any. */
export function warmUpMeasures(history: History): Omit<Measure, 'variant'>[] {
  const { warmUpOrders, deadlineMs } = history
  const from = Math.floor((2 * warmUpOrders) / 3)
  const last = history.attempts.filter(({ index, attempt }) => index >= from && index < warmUpOrders && attempt === 1)
  const { corrected } = answerLatency(last, deadlineMs)
  return latency('warm-up answered', corrected, voidBecause(history)).filter(({ name }) => name === WARM_UP)
}
