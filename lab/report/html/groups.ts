// From a result to the groups of a picture over time: one a variant, with its orders, its curves and what was done to it.

import type { Result, Series, VariantFacts } from '#engine/run/summary.ts'
import { CLOCKS_DIFFER, GENERATOR_BOUND } from '#engine/analysis/format.ts'
import { accentOf } from '../charts/theme.ts'
import type { Group } from '../charts/time-figure.ts'

/** @param wanted the curves that are shown, by name; without it all those that ever leave zero */
export function groupOf(result: Result, { name, about, disabledSafeguard }: VariantFacts, wanted?: RegExp): Group {
  const { model, marks, orders, series } = result
  const own = series.filter(curve => curve.variant === name && (wanted?.test(curve.name) ?? true))
  const aside = disabledSafeguard === undefined ? '' : ` (left out on purpose: ${disabledSafeguard})`
  const note = completionNote(result, name)
  const late = note === GENERATOR_BOUND ? ' (its load was late: latencies are void)' : ''
  return {
    name: `${model}: ${name}${aside}${late}`,
    about,
    accent: accentOf(model),
    marks: marks.filter(mark => mark.variant === name),
    orders: orders?.find(each => each.variant === name),
    completionUnknown: note === CLOCKS_DIFFER,
    curves: summedUp(own).filter(({ points }) => wanted !== undefined || points.some(([, value]) => value > 0)),
  }
}

/** Why completions have no time, though orders were completed. */
const completionNote = ({ measures }: Result, variant: string): string | undefined =>
  measures.find(each => each.variant === variant && each.name === 'completed p50')?.note

/** Partitions of one topic (`reader/topic/0`, `reader/topic/1`) are read at the same moments, and drawn as their sum. */
function summedUp(curves: readonly Series[]): Series[] {
  return [...Map.groupBy(curves, ({ name }) => name.replace(/\/\d+$/, ''))].flatMap(([name, alike]) => {
    const [first] = alike
    if (!first || alike.length === 1) return first ?? []
    const sums = new Map<number, number>()
    for (const { points } of alike) {
      for (const [seconds, value] of points) sums.set(seconds, (sums.get(seconds) ?? 0) + value)
    }
    return { ...first, name, points: [...sums].sort(([one], [other]) => one - other) }
  })
}

/** Whether there is anything over time to be seen. */
export const hasPast = ({ orders, curves }: Group): boolean => orders !== undefined || curves.length > 0
