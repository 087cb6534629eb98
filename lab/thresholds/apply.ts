// Judges the thresholds of the command line by a result's measures, as further checks of it.
import type { Experiment } from '#common/experiment/define.ts'
import type { Result } from '#common/experiment/summary.ts'
import { judgeThreshold, notMeasured } from '#common/experiment/thresholds/judge.ts'
import type { Threshold } from '#common/experiment/thresholds/threshold.ts'
import { verdictOf } from '#common/experiment/verdict.ts'
import { isAbout, knownMeasures } from './known.ts'

/** A threshold that is about this experiment and of which nothing was measured is unknown. */
export function withThresholds(result: Result, experiment: Experiment, thresholds: readonly Threshold[]): Result {
  const known = thresholds.length > 0 ? knownMeasures(experiment, result.profile) : []
  const about = thresholds.filter(threshold => known.some(measure => isAbout(threshold, measure)))
  if (about.length === 0) return result
  const judged = about.flatMap(threshold => {
    const each = result.variants.flatMap(({ name: variant }) => {
      const measures = result.measures.filter(measure => measure.variant === variant)
      const check = judgeThreshold(threshold, variant, measures)
      return check ? [{ ...check, variant }] : []
    })
    return each.length > 0 ? each : [{ ...notMeasured(threshold.text), variant: 'all' }]
  })
  const checks = [...result.checks, ...judged]
  return { ...result, checks, verdict: verdictOf({ ...result, checks }) }
}
