/**
 * Which measures an experiment will have, known before it is run: by measuring a history in which nothing was asked, and
 * from its columns where a measure of its own needs more than that. Units are known only of those that could be measured.
 */
import { ERRORS } from '#common/contracts/errors.ts'
import type { Experiment, Variant } from '#engine/experiment/define.ts'
import type { Profile } from '#engine/experiment/profile.ts'
import { emptyHistory } from '#engine/run/empty-history.ts'
import { evaluate } from '#engine/run/evaluate.ts'
import type { Measure } from '#engine/run/summary.ts'
import { measureOf } from '#engine/analysis/thresholds/evaluate-threshold.ts'
import type { Threshold } from '#engine/analysis/thresholds/threshold.ts'

export type Registry = { variant: string; name: string; unit?: string }

/** Every answer that a model may give, as its measure is named. */
const ANSWERS = [
  '200',
  '201',
  '202',
  ...Object.entries(ERRORS).flatMap(([code, { status }]) => [`${status}`, `${status} ${code}`]),
  'refused',
  'reset',
  'deadline',
  'aborted',
].map(kind => ({ name: `answers ${kind}`, unit: 'orders' }))

export function knownMeasures({ variants, profiles, columns }: Experiment, profile: Profile): Registry[] {
  return variants(profiles[profile]).flatMap(variant =>
    [...measuresOf(variant), ...ANSWERS, ...columns.map(name => ({ name }))].map(
      (measure): Registry => ({ ...measure, variant: variant.name }),
    ),
  )
}

function measuresOf(variant: Variant): Measure[] {
  const nothing = { ...emptyHistory({}), ...(variant.costs && { costs: { unknown: 'nothing was run' } }) }
  try {
    return evaluate(variant, nothing).measures
  } catch {
    return evaluate({ ...variant, measures: () => [] }, nothing).measures
  }
}

export const isAbout = (threshold: Threshold, { variant, name }: Registry): boolean =>
  measureOf(threshold, variant) === name
