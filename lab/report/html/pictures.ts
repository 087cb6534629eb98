// The pictures of one result: what happened over time, and latency by share of the orders. For the report and for the
// published results.
import type { Result, Series, VariantFacts, Quantiles } from '#engine/run/summary.ts'
import { CLOCKS_DIFFER, GENERATOR_BOUND, MACHINE_BUSY, ms } from '#engine/analysis/measures.ts'
import { accentOf } from '../charts/theme.ts'
import { type Group, type TimePicture, timeFigure } from '../charts/time-figure.ts'
import type { Picture } from '../charts/picture.ts'
import { type Cell, quantileFigure } from '../charts/quantile-figure.ts'

/** The group of one variant. @param wanted the curves to show, by name; by default all that are not always zero */
export function groupOf(result: Result, { name, about, disabledSafeguard }: VariantFacts, wanted?: RegExp): Group {
  const { model, marks, orders, series } = result
  const own = series.filter(curve => curve.variant === name && (wanted?.test(curve.name) ?? true))
  const aside = disabledSafeguard === undefined ? '' : ` (left out on purpose: ${disabledSafeguard})`
  const note = completionNote(result, name)
  const late = (note !== undefined && LATE[note]) || ''
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

const LATE: Readonly<Record<string, string>> = {
  [GENERATOR_BOUND]: ' (the load generator was late: some latencies are void)',
  [MACHINE_BUSY]: ' (the machine was busy: latencies are void)',
}

/** Why completions lack their median, or their p99, though orders were completed. */
const completionNote = ({ measures }: Result, variant: string): string | undefined =>
  ['completed p50', 'completed p99']
    .map(name => measures.find(each => each.variant === variant && each.name === name)?.note)
    .find(note => note === CLOCKS_DIFFER || (note !== undefined && note in LATE))

/** Partitions of one topic (`reader/topic/0`, `reader/topic/1`) are sampled at the same moments, and drawn as their sum. */
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

/** Whether there is anything to draw over time. */
export const hasTimeline = ({ orders, curves }: Group): boolean => orders !== undefined || curves.length > 0

/** What happened over time: a group of panels for each variant; undefined where there is nothing to draw. @param id unique in the page */
export function timelinePicture(result: Result, id: string): TimePicture | undefined {
  const groups = result.variants.map(variant => groupOf(result, variant)).filter(hasTimeline)
  if (groups.length === 0) return undefined
  const { title, question, explanation } = result
  const description = explanation.length > 0 ? explanation.join(' ') : question
  return timeFigure({ id, title, description }, groups)
}

const PANELS_IN_A_ROW = 3

/** The two clocks of the answer, and the work. Within one model `known` says nothing beside them. */
const LATENCIES = ['accepted', 'accepted uncorrected', 'completed']

/** Latency by share of the orders: a panel for each variant, with uncorrected beside corrected; undefined where there are none. @param id unique in the page */
export function sharesPicture({ model, title, variants, quantiles = [] }: Result, id: string): Picture | undefined {
  const cells = variants.flatMap(({ name }): Cell[] => {
    const strands = LATENCIES.flatMap((latency, dash) => {
      const points = quantiles.find(each => each.variant === name && each.latency === latency)?.points ?? []
      return points.length === 0
        ? []
        : [{ name: latency.replace('accepted un', 'un'), accent: accentOf(model), dash, runs: [points] }]
    })
    return strands.length === 0 ? [] : [{ name, strands }]
  })
  if (cells.length === 0) return undefined
  const rows = Array.from({ length: Math.ceil(cells.length / PANELS_IN_A_ROW) }, (_, nth) =>
    cells.slice(nth * PANELS_IN_A_ROW, (nth + 1) * PANELS_IN_A_ROW),
  )
  const description = cells.map(endOf).join(' ')
  return quantileFigure({ id, title: `${title}: latency by share of the orders`, description }, rows)
}

/** Its sentences: the median of each variant, and what is left out. */
export function sharesSentences({ variants, quantiles = [] }: Result): string[] {
  const medians = variants.flatMap(({ name }) => {
    const accepted = quantiles.find(({ variant, latency }) => variant === name && latency === 'accepted')
    const median = accepted?.points.find(([share]) => share === MEDIAN)
    return median ? [`${text(median)} (${name})`] : []
  })
  return medians.length === 0
    ? []
    : [
        `Half of the orders had their answer within ${medians.join(', ')}.`,
        'Beside latency from the planned start stands that from the actual one. Shares of which late starts made more than 1 ms and more than a tenth are left out.',
      ]
}

const MEDIAN = 0.5

const text = ([, value, atLeast]: Quantiles['points'][number]): string => ms({ value, atLeast: atLeast === 1 }) ?? ''

function endOf({ name, strands }: Cell): string {
  const ends = strands.map(({ name: latency, runs }) => {
    const [share, ms] = runs[0]?.at(-1) ?? [0, 0]
    return `${latency} ${ms.toFixed(1)} ms at ${(share * 100).toFixed(1)} %`
  })
  return `${name}: ${ends.join(', ')}.`
}
