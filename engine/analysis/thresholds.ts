/**
 * A threshold: what a measure has to be, as a user or an experiment writes it: `completed p99 < 500 ms`, or of one variant
 * `deadline below: availability >= 99 %`. Without a unit the number is in the measure's own.
 *
 * Guarantees: a figure that is "at least" proves only what a larger one would prove too, and is unknown otherwise; so is a
 * void one. An answer that nobody was given is a measure of 0.
 */
import type { Measure } from '../run/summary.ts'
import type { CheckResult, Verdict } from '../checks/check.ts'

export const OPS = ['<=', '>=', '<', '>'] as const
export type Op = (typeof OPS)[number]

/** `subject`: a measure, or a variant and its measure with a colon between. `unit` is empty where none was given. */
export type Threshold = { text: string; subject: string; op: Op; bound: number; unit: string }

const FORM = /^(?<subject>[^<>=]+?)\s*(?<op><=|>=|<|>)\s*(?<bound>[+-]?\d+(?:\.\d+)?)\s*(?<unit>[a-z%].*)?$/i

/** @throws Error with one sentence that shows the form */
export function parseThreshold(given: string): Threshold {
  const text = given.trim().replaceAll(/\s+/g, ' ')
  const { subject, op: sign, bound, unit = '' } = FORM.exec(text)?.groups ?? {}
  const op = OPS.find(each => each === sign)
  if (subject === undefined || op === undefined)
    throw new Error(
      `"${given}" is no threshold; it has the form "completed p99 < 500 ms", or "<variant>: <measure> >= 99 %", with <, <=, > or >=.`,
    )
  return { text, subject: subject.replaceAll(/ ?: ?/g, ': '), op, bound: Number(bound), unit }
}

/** Units of one kind, by how many of the smallest they are. */
const TIMES: Readonly<Record<string, number>> = { ms: 1, s: 1_000, min: 60_000 }

/** The bound in the unit of the measure; undefined where the units are of two kinds. */
export function boundIn(unit: string, { bound, unit: given }: Threshold): number | undefined {
  if (given === '' || given === unit) return bound
  const [from, to] = [TIMES[given], TIMES[unit]]
  return from === undefined || to === undefined ? undefined : (bound * from) / to
}

type Figure = Pick<Measure, 'name' | 'unit' | 'value' | 'atLeast' | 'note'>

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
  const none = name.startsWith('answers ') && measures.length > 0 ? { name, unit: 'orders', value: 0 } : undefined
  const found = figure ?? none
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
  return { verdict: verdictFor(threshold.op, value, bound, atLeast), detail }
}

const HOLDS: Record<Op, (value: number, bound: number) => boolean> = {
  '<': (value, bound) => value < bound,
  '<=': (value, bound) => value <= bound,
  '>': (value, bound) => value > bound,
  '>=': (value, bound) => value >= bound,
}

/** Of a figure that is "at least", the true value may be any that is larger: an upper bound is broken or open, a lower one kept or open. */
function verdictFor(op: Op, value: number, bound: number, atLeast = false): Verdict {
  const holds = HOLDS[op](value, bound)
  const isOpen = atLeast && holds === op.startsWith('<')
  if (isOpen) return 'unknown'
  return holds ? 'valid' : 'invalid'
}
