/**
 * Measures of two results of one question side by side.
 *
 * Guarantees: a difference is claimed only between repetitions whose ranges do not touch, and never where a figure that is
 * "at least" could be on the other side of the range; a void or a missing measure is named as such. Does not guarantee
 * that a difference is of what is compared: conditions that differ are told apart from it.
 */
import { compare, repeated } from '#engine/analysis/latency/compare.ts'
import type { Measure } from '#engine/run/summary.ts'
import { cell, NOTHING } from '../terminal/numbers.ts'
import type { Pair } from './pairs.ts'

/** `values`: one a repetition that has one. `void`: so many have none, because of `note`. */
export type Side = { values: number[]; atLeast: boolean; void: number; note?: string }

/** `says`: how the second run stands to the first. */
export type MeasureDiff = {
  of: string
  variant: string
  name: string
  unit: string
  one: Side
  other: Side
  says: string
}

/** Those of the columns of either, or all, of the variants that both have. */
export function compareMeasures({ name: of, one, other }: Pair, { all }: { all: boolean }): MeasureDiff[] {
  const results = [...one, ...other]
  const [ones, others] = [one.flatMap(({ measures }) => measures), other.flatMap(({ measures }) => measures)]
  const columns = new Set(results.flatMap(result => result.columns))
  const theirs = new Set(others.map(({ variant }) => variant))
  const variants = [...new Set(ones.map(({ variant }) => variant))].filter(name => theirs.has(name))
  return variants.flatMap(variant => {
    const measured = [...ones, ...others].filter(measure => measure.variant === variant)
    const names = all ? [...new Set(measured.map(({ name }) => name))] : [...columns]
    return names.flatMap(name => {
      const these = measured.filter(measure => measure.name === name)
      const units = [...new Set(these.map(({ unit }) => unit))]
      if (units.length === 0) return []
      const isThis = (measure: Measure) => measure.variant === variant && measure.name === name
      const sides = { one: sideOf(ones.filter(isThis)), other: sideOf(others.filter(isThis)) }
      const says = units.length > 1 ? `not comparable: in ${units.join(' and in ')}` : standing(sides)
      return [{ of, variant, name, unit: units.join(', '), ...sides, says }]
    })
  })
}

function sideOf(measures: readonly Measure[]): Side {
  const empty = measures.filter(({ value }) => value === null)
  const note = empty.find(measure => measure.note !== undefined)?.note
  return {
    values: measures.flatMap(({ value }) => (value === null ? [] : [value])),
    atLeast: measures.some(({ atLeast }) => atLeast),
    void: empty.length,
    ...(note !== undefined && { note }),
  }
}

function standing({ one, other }: { one: Side; other: Side }): string {
  const why = [whyNothing(one, 'first'), whyNothing(other, 'second')].filter(text => text !== undefined)
  if (why.length > 0) return why.join('; ')
  const { verdict, ratio, text } = compare(other.values, one.values)
  if (verdict === 'unknown') return 'not repeated'
  if (verdict === 'indistinguishable') return verdict
  const [low, high] = verdict === 'lower' ? [other, one] : [one, other]
  if (low.atLeast) return 'unknown: the lower is only "at least"'
  const bound = verdict === 'lower' ? 'at most' : 'at least'
  return high.atLeast && ratio !== undefined ? `${verdict}, ${bound} ×${ratio.toFixed(2)}` : text
}

/** What is void in part is seldom so by chance: the rest would flatter. */
function whyNothing({ values, void: empty, note }: Side, which: string): string | undefined {
  if (empty === 0) return values.length > 0 ? undefined : `not measured in the ${which}`
  return `void ${values.length > 0 ? 'in part ' : ''}in the ${which}${note === undefined ? '' : `: ${note}`}`
}

/** `4.21`, `≥ 5,000`, or of repetitions `4.21 (3.90 to 4.80)`, with how many of them are void. */
export function sideText({ values, atLeast, void: empty }: Side, unit: string): string {
  if (values.length === 0) return NOTHING
  const { median, low, high, repetitions } = repeated(values)
  const shown = (value: number) => cell({ value, unit })
  const spread = repetitions > 1 ? ` (${shown(low)} to ${shown(high)})` : ''
  const gaps = empty > 0 ? `, ${empty} of ${empty + repetitions} void` : ''
  return `${cell({ value: median, unit, atLeast })}${spread}${gaps}`
}
