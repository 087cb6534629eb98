// Judges the thresholds of the command line by a result's measures, as further checks of it.
import type { Experiment } from '#engine/experiment/define.ts'
import type { Result } from '#engine/run/summary.ts'
import { evaluateThreshold, notMeasured } from '#engine/analysis/thresholds/evaluate-threshold.ts'
import type { Threshold } from '#engine/analysis/thresholds/threshold.ts'
import { verdictOf } from '#engine/checks/verdict.ts'
import { isAbout, knownMeasures } from './known.ts'

/** A threshold that is about this experiment and of which nothing was measured is unknown. */
export function withThresholds(result: Result, experiment: Experiment, thresholds: readonly Threshold[]): Result {
  const known = thresholds.length > 0 ? knownMeasures(experiment, result.profile) : []
  const about = thresholds.filter(threshold => known.some(measure => isAbout(threshold, measure)))
  if (about.length === 0) return result
  const judged = about.flatMap(threshold => {
    const each = result.variants.flatMap(({ name: variant }) => {
      const measures = result.measures.filter(measure => measure.variant === variant)
      const check = evaluateThreshold(threshold, variant, measures)
      return check ? [{ ...check, variant }] : []
    })
    return each.length > 0 ? each : [{ ...notMeasured(threshold.text), variant: 'all' }]
  })
  const checks = [...result.checks, ...judged]
  return { ...result, checks, verdict: verdictOf({ ...result, checks }) }
}
