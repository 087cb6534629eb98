// Numbers as sentences say them.
import type { VariantResult } from '../experiment/define.ts'
import type { Measure } from '../run/summary.ts'

export type Found = Pick<Measure, 'value' | 'atLeast' | 'unit' | 'note'>

/** Why a completed latency is void: stamps of two kernels cannot be taken from each other. */
export const CLOCKS_DIFFER = 'the clocks differ'
/** Why a latency is void where the load itself was late. */
export const GENERATOR_BOUND = 'generator-bound'

/** A measure of a variant by name; without a value where there is none. */
export const findMeasure = (result: VariantResult | undefined, name: string): Found =>
  result?.measures.find(measure => measure.name === name) ?? { value: null, unit: '' }

/** `4.2 ms`, `2.01 s`, `≥ 5.00 s`, or `an unknown time` with its reason. */
export function ms({ value, atLeast, note }: Found): string {
  if (value === null) return note ? `an unknown time (${note})` : 'an unknown time'
  const text = value >= 1_000 ? `${(value / 1_000).toFixed(2)} s` : `${value.toFixed(value < 10 ? 2 : 0)} ms`
  return atLeast ? `≥ ${text}` : text
}

/** A number with at most one decimal and thousands apart, or `unknown`. */
export const count = ({ value }: Found): string =>
  value === null ? 'unknown' : value.toLocaleString('en-US', { maximumFractionDigits: 1 })
