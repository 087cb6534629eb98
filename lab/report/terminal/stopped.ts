// That a run was stopped before all that was requested for was there, for the terminal and the report. What is there may well be
// valid, and must not pass for the whole.
import type { Comparison, Summary } from '#engine/run/summary.ts'
import { HEALTHY } from '../../comparison/scenarios.ts'

/** A sentence; empty where all is there, and of a run that does not tell what it was requested for. */
export function stoppedText({
  requested,
  comparison,
  results,
}: Pick<Summary, 'requested' | 'comparison' | 'results'>): string {
  const whole = requested?.length ?? (comparison ? cellsOf(comparison) : 0)
  return results.length < whole ? `It was stopped: ${results.length} of ${whole} results are there.` : ''
}

/** How many results a comparison has when it is whole. */
const cellsOf = ({ about, models, rates, repeat, healthyRepeat }: Comparison): number =>
  about.reduce((sum, { name, without }) => {
    const able = models.filter(model => without[model] === undefined).length
    return sum + able * (name === HEALTHY ? rates.length * healthyRepeat : repeat)
  }, 0)
