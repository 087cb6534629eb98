// Thresholds of the command line (`--threshold`): parsed and refused before the run where they cannot apply to any measure of
// it, and evaluated after it as further checks of a result. Units are known only of measures that could be computed in advance.
import {
  boundIn,
  parseThreshold,
  type Threshold,
  measureOf,
  evaluateThreshold,
  notMeasured,
} from '#engine/analysis/thresholds.ts'
import { unknownName, UsageError } from '../cli/usage.ts'
import { ERRORS } from '#common/contracts/errors.ts'
import type { Experiment, Variant } from '#engine/experiment/define.ts'
import { emptyHistory } from '#engine/run/history.ts'
import { evaluate } from '#engine/run/result.ts'
import type { Measure, Profile, Result } from '#engine/run/summary.ts'
import { verdictOf } from '#engine/checks/check.ts'

/** @throws UsageError that shows the expected form */
export function readThreshold(text: string): Threshold {
  try {
    return parseThreshold(text)
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error))
  }
}

/** @throws UsageError where the threshold applies to no measure, with the nearest name; or where its unit is of another kind */
export function refuseImpossible(threshold: Threshold, expected: readonly ExpectedMeasure[]): void {
  const { subject, text } = threshold
  const about = expected.filter(measure => appliesTo(threshold, measure))
  if (about.length === 0) {
    const [before = '', behind] = subject.split(/: (.*)/)
    const ofVariant = expected.some(({ name }) => name === behind)
    if (ofVariant) throw unknownName('variant', before, unique(expected.map(({ variant }) => variant)))
    const isAnswer = subject.includes('answers ')
    const names = unique(expected.map(({ name }) => name)).filter(name => isAnswer || !name.startsWith('answers '))
    throw unknownName('measure', subject, names)
  }
  const units = unique(about.flatMap(({ unit }) => (unit === undefined ? [] : [unit])))
  if (units.length > 0 && !units.some(unit => boundIn(unit, threshold) !== undefined))
    throw new UsageError(
      `The unit "${threshold.unit}" of the threshold "${text}" is not that of the measure; give it in ${units.join(' or ')}.`,
    )
}

const unique = (names: readonly string[]): string[] => [...new Set(names)]

/** A measure that an experiment will have. */
export type ExpectedMeasure = { variant: string; name: string; unit?: string }

const refusals = Object.entries(ERRORS).flatMap(([code, { status }]) => [`${status}`, `${status} ${code}`])

/** The measures that count answers: one for every answer that a model may give. */
const ANSWERS = ['200', '201', '202', ...refusals, 'refused', 'reset', 'deadline', 'aborted'].map(kind => ({
  name: `answers ${kind}`,
  unit: 'orders',
}))

/** Known before the run: from the measures of an empty history, and from the columns for those that need a real one. */
export function expectedMeasures(
  { variants, profiles, columns }: Pick<Experiment, 'variants' | 'profiles' | 'columns'>,
  profile: Profile,
): ExpectedMeasure[] {
  return variants(profiles[profile]).flatMap(variant =>
    [...measuresOf(variant), ...ANSWERS, ...columns.map(name => ({ name }))].map(
      (measure): ExpectedMeasure => ({ ...measure, variant: variant.name }),
    ),
  )
}

function measuresOf(variant: Variant): Measure[] {
  const nothing = { ...emptyHistory({}), ...(variant.measuresUsage && { usage: { unknown: 'nothing was run' } }) }
  try {
    return evaluate(variant, nothing).measures
  } catch {
    return evaluate({ ...variant, measures: () => [] }, nothing).measures
  }
}

const appliesTo = (threshold: Threshold, { variant, name }: ExpectedMeasure): boolean =>
  measureOf(threshold, variant) === name

/** Adds a check for each threshold. One that applies to this experiment, but to no measure of the result, is unexpected. */
export function withThresholds(result: Result, experiment: Experiment, thresholds: readonly Threshold[]): Result {
  const expected = thresholds.length > 0 ? expectedMeasures(experiment, result.profile) : []
  const about = thresholds.filter(threshold => expected.some(measure => appliesTo(threshold, measure)))
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
