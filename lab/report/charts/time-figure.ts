// What happened over time: a group of panels for each variant, one above the other, on one scale of time and, panel by
// panel, of values; what was done to the services as bands and lines behind them.
import type { Mark, Orders, Series } from '#engine/run/summary.ts'
import type { TracedOrders } from '../order-timelines.ts'
import { answersHeight, answersPanel, busiest } from './answers-panel.ts'
import { curvesHeight, curvesPanel, isCount } from './curves-panel.ts'
import { LEFT, PLOT_END, timeAxis, timeScale, WIDTH } from './frame.ts'
import { wrapped } from './labels.ts'
import { drawMarks, placeMarks } from './marks.ts'
import { type Markup, markup } from './markup.ts'
import { type DrawnOrders, type LatencyAxis, latencyAxis, ordersHeight, ordersPanel, rowsOf } from './orders-panel.ts'
import type { Picture } from './picture.ts'
import type { Scale } from './scale.ts'

/** One group: a variant of a model. */
export type Group = {
  name: string
  about: string
  /** The class of its colour. */
  accent: string
  marks: readonly Mark[]
  orders?: TracedOrders
  /** The clocks of its services differ, so completion times are unknown. */
  completionUnknown?: boolean
  /** A panel for each of their units. */
  curves: readonly Series[]
}

/** With room for a caption. */
const GAP = 20
const BETWEEN = 30
const LINE = 15
const AXIS = 22

/** Where in a picture what is, so that a pointer on it can be told its time and its order. */
export type Frame = {
  /** The axis of time: from 0 at `left` to `seconds` at `right`. */
  left: number
  right: number
  seconds: number
  groups: { top: number; bottom: number; latency?: LatencyAxis; shown: Group }[]
}
export type TimePicture = Picture & { frame: Frame }

type Shared = { x: Scale; orders: DrawnOrders[]; most: Map<string, number>; busiest: number }
type Drawn = { body: Markup; bottom: number; frame: Frame['groups'][number] }

/** @param from the id, title and description of the picture */
export function timeFigure(from: Pick<Picture, 'id' | 'title' | 'description'>, groups: readonly Group[]): TimePicture {
  const shared = sharedBy(groups)
  let top = 4
  const drawn = groups.map((group, nth) => {
    const one = drawGroup(group, shared, top, nth === groups.length - 1)
    top = one.bottom + BETWEEN
    return one
  })
  const frame = { left: LEFT, right: PLOT_END, seconds: shared.x.to, groups: drawn.map(each => each.frame) }
  const body = markup`${drawn.map(each => each.body)}`
  return { ...from, width: WIDTH, height: Math.ceil(top - BETWEEN + 16), body, frame }
}

const drawnOf = ({ completionUnknown = false }: Group, orders: Orders): DrawnOrders => ({
  ...orders,
  completionUnknown,
})

/** One or two orders are always in flight; they should not look like a backlog. */
const FEW = 10

function sharedBy(groups: readonly Group[]): Shared {
  const curves = groups.flatMap(group => group.curves)
  const orders = groups.flatMap(group => (group.orders ? [drawnOf(group, group.orders)] : []))
  const most = new Map<string, number>()
  for (const { unit, points } of curves) {
    const highest = points.reduce((high, [, value]) => Math.max(high, value), isCount(unit) ? FEW : 1)
    most.set(panelOf(unit), Math.max(most.get(panelOf(unit)) ?? 1, highest))
  }
  const ends = [
    ...curves.flatMap(({ points }) => points.map(([seconds]) => seconds)),
    ...orders.flatMap(({ answers }) => answers.flatMap(each => each.perSecond.map(([second]) => second + 1))),
    ...groups.flatMap(({ marks }) => marks.map(({ fromSeconds, toSeconds }) => toSeconds ?? fromSeconds)),
  ]
  const end = ends.reduce((last, seconds) => Math.max(last, seconds), 1)
  return { x: timeScale(end), orders, most, busiest: busiest(orders.map(({ answers }) => answers)) }
}

/** Orders, messages and records are one thing, seen from different ends. */
const panelOf = (unit: string): string => (isCount(unit) ? 'orders' : unit)

function drawGroup(group: Group, shared: Shared, top: number, isLast: boolean): Drawn {
  const { x } = shared
  const about = group.about === '' ? [] : wrapped(group.about, WIDTH - 8)
  const head = top + 16 + about.length * LINE
  const { placed, height } = placeMarks(group.marks, x)
  const panels: Markup[] = []
  let at = head + GAP + height
  const latency = group.orders && latencyAxis(shared.orders, at + 2)
  const add = (panel: Markup, tall: number) => {
    panels.push(panel)
    at += tall + GAP
  }
  if (group.orders) {
    add(ordersPanel(drawnOf(group, group.orders), shared.orders, x, at + 2), ordersHeight(rowsOf(shared.orders)) + 2)
  }
  for (const [unit, curves] of Map.groupBy(group.curves, each => panelOf(each.unit))) {
    const tall = curvesHeight(curves, group.orders ? 'below' : 'alone')
    add(curvesPanel(curves, shared.most.get(unit) ?? 1, x, at, at + tall), tall)
  }
  const { answers = [] } = group.orders ?? {}
  if (answers.length > 0) add(answersPanel(answers, shared.busiest, x, at), answersHeight(answers))
  const bottom = at - GAP
  const lines = about.map((line, nth) => markup`<text x="0" y="${top + 30 + nth * LINE}">${line}</text>`)
  const title = markup`<text class="name" x="0" y="${top + 14}">${group.name}</text>${lines}`
  const marks = drawMarks(placed, x, head + 4, height, bottom)
  const body = markup`<g class="${group.accent}">${title}${marks}${panels}${timeAxis(x, bottom, isLast)}</g>`
  const frame = { top: head + 4 + height, bottom, ...(latency && { latency }), shown: group }
  return { body, bottom: bottom + (isLast ? AXIS + LINE : AXIS), frame }
}
