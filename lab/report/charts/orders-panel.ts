// Every order of a variant: when it was to start, how long until it was answered and until it was completed. A dot is an
// answer that accepts or rightly refuses, a flat stroke any other answer, an upright stroke a completion; what has no
// answer or was never completed stands in rows above, one stroke for each order.
import type { Orders } from '#engine/run/summary.ts'
import { answerClass, isRight } from './answers-panel.ts'
import { caption, grid, type Label, LEFT, PLOT_END, RIGHT, rightLabels } from './frame.ts'
import { type Markup, markup } from './markup.ts'
import { type Point, scatter, boxes } from './path.ts'
import { logarithmic, type Scale } from './scale.ts'

const HEIGHT = 132
const ROW = 14

/** Where no completion has a time there is none to be drawn as missing. */
export type DrawnOrders = Orders & { completionUnknown: boolean }

export type Rows = { unanswered: boolean; uncompleted: boolean }

/** Which rows the panels of a figure have: those that one of them needs. */
export function rowsOf(all: readonly DrawnOrders[]): Rows {
  return {
    unanswered: all.some(({ answers }) => answers.some(({ kind }) => answerClass(kind) === 'silent')),
    uncompleted: all.some(orders => orders.completionUnknown || uncompleted(orders).count > 0),
  }
}

export const ordersHeight = ({ unanswered, uncompleted }: Rows): number =>
  HEIGHT + (Number(unanswered) + Number(uncompleted)) * ROW

/** @param all whose latencies share the scale */
function latencyScale(all: readonly Orders[], top: number): Scale {
  const values = all.flatMap(({ points, density }) => [
    ...(points ?? []).flatMap(([, accepted, completed]) => [accepted ?? 0, completed ?? 0]),
    ...[...(density?.accepted ?? []), ...(density?.completed ?? [])].map(
      ([, row]) => 10 ** (row / (density?.rowsPerDecade ?? 1)),
    ),
  ])
  return logarithmic(values, { from: top + HEIGHT, to: top })
}

/** A logarithmic axis: `least` ms at the bottom, `most` at the top. */
export type LatencyAxis = { top: number; bottom: number; least: number; most: number }

/** Of such a panel. @param top of its rows */
export function latencyAxis(all: readonly DrawnOrders[], top: number): LatencyAxis {
  const plotTop = top + ordersHeight(rowsOf(all)) - HEIGHT
  const { from, to } = latencyScale(all, plotTop)
  return { top: plotTop, bottom: plotTop + HEIGHT, least: from, most: to }
}

/** @param top of the rows, which come first */
export function ordersPanel(orders: DrawnOrders, all: readonly DrawnOrders[], x: Scale, top: number): Markup {
  const rows = rowsOf(all)
  const plotTop = top + ordersHeight(rows) - HEIGHT
  const y = latencyScale(all, plotTop)
  const row = (nth: number) => top + nth * ROW + ROW / 2
  const drawn = orders.density ? densityPanel(orders.density, x, y) : pointsOf(orders, x, y)
  const absent = [
    ...(rows.unanswered ? [rowOf('no answer', unanswered(orders), x, row(0))] : []),
    ...(rows.uncompleted ? [uncompletedRow(orders, x, row(Number(rows.unanswered)))] : []),
  ]
  const labels = rightLabels(drawn.labels, plotTop + 6, plotTop + HEIGHT, RIGHT - 12)
  return markup`<g class="panel panel-orders">${grid(y)}${caption('latency of each order', top)}${drawn.shapes}${absent}${labels}</g>`
}

function pointsOf({ points = [], kinds }: Orders, x: Scale, y: Scale): { shapes: Markup[]; labels: Label[] } {
  const right: Point[] = []
  const turned: Point[] = []
  const completed: Point[] = []
  for (const [seconds, acceptedMs, completedMs, kind] of points) {
    if (acceptedMs !== null) (isRight(kinds[kind] ?? '') ? right : turned).push([x.at(seconds), y.at(acceptedMs)])
    if (completedMs !== null) completed.push([x.at(seconds), y.at(completedMs)])
  }
  const series = [
    { points: completed, shape: 'upright', className: 'completed', name: 'completed', text: 'tinted' },
    { points: right, shape: 'dot', className: 'accepted', name: 'answered', text: 'strong' },
    { points: turned, shape: 'flat', className: 'turned', name: 'turned away', text: 'strong' },
  ] as const
  const shown = series.filter(each => each.points.length > 0)
  return {
    shapes: shown.map(each => scatter(each.points, each.shape, each.className)),
    labels: shown.map(each => ({
      y: lastHeight(each.points),
      text: `${each.name} ${each.points.length.toLocaleString('en-US')}`,
      className: each.text,
      sample: scatter([[5, 0]], each.shape, each.className),
    })),
  }
}

/** Where the last of the points are, in their middle. */
function lastHeight(points: readonly Point[]): number {
  const last = points.slice(-Math.ceil(points.length / 8)).map(([, y]) => y)
  return last.sort((one, other) => one - other)[Math.floor(last.length / 2)] ?? 0
}

/** How many, and the seconds at which they were to be sent as far as these are known. */
type Missing = { count: number; seconds: number[] }

/** Above 2,000 orders the second is known and no more. */
function unanswered({ points, answers }: Orders): Missing {
  if (points) return missing(points.filter(([, accepted]) => accepted === null))
  const silent = answers.filter(({ kind }) => answerClass(kind) === 'silent').flatMap(({ perSecond }) => perSecond)
  const seconds = silent.flatMap(([second, count]) => Array.from({ length: count }, (_, nth) => second + nth / count))
  return { count: seconds.length, seconds }
}

/** Above 2,000 orders only their number is known. */
function uncompleted({ points, density, answers }: Orders): Missing {
  if (points) return missing(points.filter(([, , completed]) => completed === null))
  const sum = (counts: readonly number[]) => counts.reduce((all, count) => all + count, 0)
  const requested = sum(answers.flatMap(({ perSecond }) => perSecond.map(([, orders]) => orders)))
  return { count: requested - sum((density?.completed ?? []).map(([, , orders]) => orders)), seconds: [] }
}

const missing = (points: readonly (readonly [number, ...unknown[]])[]): Missing => ({
  count: points.length,
  seconds: points.map(([seconds]) => seconds),
})

function uncompletedRow(orders: DrawnOrders, x: Scale, y: number): Markup {
  if (!orders.completionUnknown) return rowOf('not completed', uncompleted(orders), x, y)
  return markup`<path class="grid" d="M${LEFT} ${y}H${PLOT_END}"/><text x="${LEFT + 6}" y="${y + 4}">completion unknown: the clocks differ</text>`
}

function rowOf(name: string, { count, seconds }: Missing, x: Scale, y: number): Markup {
  const strokes = scatter(
    seconds.map(at => [x.at(at), y]),
    'upright',
    'missing',
  )
  const style = count > 0 ? 'loud' : ''
  const when = count > seconds.length ? ', time unknown' : ''
  return markup`<path class="grid" d="M${LEFT} ${y}H${PLOT_END}"/>${strokes}<text class="${style}" x="${PLOT_END + 10}" y="${y + 4}">${count.toLocaleString('en-US')} ${name}${when}</text>`
}

// More orders than points can show are boxes: the more orders, the darker. A completion fills the whole box with the model's
// colour, an answer a narrower one in ink on top of it, so that both are visible where they overlap.

type Density = NonNullable<Orders['density']>
type Box = readonly [number, number, number, number]

const SHADES = [0.25, 0.45, 0.7, 1]

function densityPanel(density: Density, x: Scale, y: Scale): { shapes: Markup[]; labels: Label[] } {
  const series = [
    { counted: density.completed, slim: 1, className: 'box-completed', name: 'completed', text: 'tinted' },
    { counted: density.accepted, slim: 0.45, className: 'box-accepted', name: 'answered', text: 'strong' },
  ]
  const most = Math.max(1, ...series.flatMap(({ counted }) => counted.map(([, , orders]) => orders)))
  const shown = series.filter(({ counted }) => counted.length > 0)
  return {
    shapes: shown.map(
      ({ counted, slim, className }) =>
        markup`<g class="density">${SHADES.map((opacity, shade) => {
          const own = counted.filter(([, , orders]) => shadeOf(orders, most) === shade)
          return markup`<g opacity="${String(opacity)}">${boxes(own.map(boxOf(density, x, y, slim)), className)}</g>`
        })}</g>`,
    ),
    labels: shown.map(({ counted, className, name, text }) => ({
      y: middleOf(counted, density, y),
      text: `${name} ${counted.reduce((sum, [, , orders]) => sum + orders, 0).toLocaleString('en-US')}`,
      className: text,
      sample: boxes([[1, -4, 8, 8]], className),
    })),
  }
}

const shadeOf = (orders: number, most: number): number =>
  Math.min(SHADES.length - 1, Math.floor((Math.log(orders + 1) / Math.log(most + 1)) * SHADES.length))

const msOf = (row: number, { rowsPerDecade }: Density): number => 10 ** (row / rowsPerDecade)

function boxOf(density: Density, x: Scale, y: Scale, slim: number): (counted: readonly number[]) => Box {
  return ([column = 0, row = 0]) => {
    const left = x.at(column * density.secondsPerColumn)
    const width = x.at((column + 1) * density.secondsPerColumn) - left
    const top = y.at(msOf(row + 1, density))
    return [left, top, Math.max(0.6, width * slim - 0.4), Math.max(0.6, y.at(msOf(row, density)) - top - 0.4)]
  }
}

/** Where the last of the boxes are. */
function middleOf(counted: Density['accepted'], density: Density, y: Scale): number {
  const last = counted.reduce((most, [column]) => Math.max(most, column), 0)
  const rows = counted.filter(([column]) => column > last * 0.875).map(([, row]) => row)
  const middle = rows.sort((one, other) => one - other)[Math.floor(rows.length / 2)] ?? 0
  return y.at(msOf(middle + 0.5, density))
}
