// What a run says to whoever started it: 0 all valid, 1 something invalid, 3 something unknown, vacuous or not run.
import type { Summary } from '#engine/run/summary.ts'
import { worst } from '#engine/checks/verdict.ts'

export const USAGE = 2
export const COULD_NOT_RUN = 3
export const INTERRUPTED = 130

export function exitCodeOf({ results }: Pick<Summary, 'results'>): number {
  const verdict = worst(results.map(result => result.verdict))
  if (verdict === 'valid') return 0
  return verdict === 'invalid' ? 1 : COULD_NOT_RUN
}
