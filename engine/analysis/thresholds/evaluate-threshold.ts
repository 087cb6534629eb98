/**
 * Judges a threshold by the measures of a variant.
 *
 * Guarantees: a figure that is "at least" proves only what a larger one would prove too, and is unknown otherwise; so is a
 * void one. An answer that nobody was given is a measure of 0.
 */
import type { Measure } from '../../run/summary.ts'
import type { CheckResult, Verdict } from '../../checks/verdict.ts'
import { boundIn, type Op, parseThreshold, type Threshold } from './threshold.ts'

type Figure = Pick<Measure, 'name' | 'unit' | 'value' | 'atLeast' | 'note'>

const isAnswers = (name: string): boolean => name.startsWith('answers ')

/** The name of the measure that the threshold is about, where it is about this variant. */
export const measureOf = ({ subject }: Threshold, variant: string): string =>
  subject.startsWith(`${variant}: `) ? subject.slice(variant.length + 2) : subject

/** Undefined where the variant has no such measure. @param measures of this variant */
export function evaluateThreshold(
  threshold: Threshold,
  variant: string,
  measures: readonly Figure[],
): CheckResult | undefined {
  const name = measureOf(threshold, variant)
  const figure = measures.find(each => each.name === name)
  const nobody = isAnswers(name) && measures.length > 0 ? { name, unit: 'orders', value: 0 } : undefined
  const found = figure ?? nobody
  return found && { name: checkName(threshold.text), ...judge(threshold, found) }
}

/** Those of an experiment; what is no threshold, or is of no measure, is unknown. */
export const evaluateThresholds = (
  texts: readonly string[],
  variant: string,
  measures: readonly Figure[],
): CheckResult[] =>
  texts.map(text => {
    try {
      return evaluateThreshold(parseThreshold(text), variant, measures) ?? notMeasured(text)
    } catch (error) {
      return {
        name: checkName(text),
        verdict: 'unknown',
        detail: error instanceof Error ? error.message : String(error),
      }
    }
  })

export const notMeasured = (text: string): CheckResult => ({
  name: checkName(text),
  verdict: 'unknown',
  detail: 'This was not measured.',
})

const PREFIX = 'threshold '
const checkName = (text: string): string => PREFIX + text

/** The threshold that a check judges, by the check's name; undefined where it judges none. */
export const thresholdOf = (check: string): string | undefined =>
  check.startsWith(PREFIX) ? check.slice(PREFIX.length) : undefined

function judge(threshold: Threshold, { name, unit, value, atLeast, note }: Figure): Omit<CheckResult, 'name'> {
  const bound = boundIn(unit, threshold)
  if (bound === undefined)
    return { verdict: 'unknown', detail: `${name} is in ${unit}, and the threshold in ${threshold.unit}.` }
  if (value === null)
    return { verdict: 'unknown', detail: `${name} has no value${note === undefined ? '' : `: ${note}`}.` }
  const detail = `${name} is ${atLeast ? 'at least ' : ''}${value} ${unit}.`
  return { verdict: atLeast ? OF_AT_LEAST[threshold.op](value, bound) : exact(threshold.op, value, bound), detail }
}

const HOLDS: Record<Op, (value: number, bound: number) => boolean> = {
  '<': (value, bound) => value < bound,
  '<=': (value, bound) => value <= bound,
  '>': (value, bound) => value > bound,
  '>=': (value, bound) => value >= bound,
}

const exact = (op: Op, value: number, bound: number): Verdict => (HOLDS[op](value, bound) ? 'valid' : 'invalid')

/** The true value may be any that is larger: an upper bound is then broken or open, a lower one kept or open. */
const OF_AT_LEAST: Record<Op, (value: number, bound: number) => Verdict> = {
  '<': (value, bound) => (value < bound ? 'unknown' : 'invalid'),
  '<=': (value, bound) => (value <= bound ? 'unknown' : 'invalid'),
  '>': (value, bound) => (value > bound ? 'valid' : 'unknown'),
  '>=': (value, bound) => (value >= bound ? 'valid' : 'unknown'),
}
