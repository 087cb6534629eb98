// What all panels over time share: their layout, their axes and labels, and the bands and lines of the timeline's steps.
import type { Mark } from '#engine/run/summary.ts'
import { apart, fitted, widthOf } from './labels.ts'
import { type Markup, markup } from './markup.ts'
import { linear, type Scale } from './scale.ts'

export const WIDTH = 872
export const LEFT = 58
export const RIGHT = 270
export const PLOT_END = WIDTH - RIGHT
const LANE = 16

export const timeScale = (seconds: number): Scale =>
  linear(
    seconds,
    { from: LEFT, to: PLOT_END },
    8,
    value => `${value.toLocaleString('en-US')}${value === 0 ? '' : ' s'}`,
  )

/** Lines across at the ticks of `y`, with their labels at the left. */
export function grid(y: Scale): Markup {
  return markup`<g class="axis">${y.ticks.map(({ value, label }) => {
    const at = y.at(value)
    return markup`<path class="grid" d="M${LEFT} ${at}H${PLOT_END}"/><text x="${LEFT - 6}" y="${at + 4}" text-anchor="end">${label}</text>`
  })}</g>`
}

/** What a panel shows, above its left corner. */
export const caption = (text: string, top: number): Markup =>
  markup`<text class="caption" x="${LEFT}" y="${top - 4}">${text}</text>`

/** The axis of time below all panels of a group. @param hasTitle for the last group */
export function timeAxis(x: Scale, y: number, hasTitle: boolean): Markup {
  const ticks = x.ticks.map(({ value, label }) => {
    const at = x.at(value)
    return markup`<path class="rule" d="M${at} ${y}v4"/><text x="${at}" y="${y + 16}" text-anchor="middle">${label}</text>`
  })
  const title = hasTitle && markup`<text x="${LEFT}" y="${y + 31}">since the load began</text>`
  return markup`<g class="axis"><path class="rule" d="M${LEFT} ${y}H${PLOT_END}"/>${ticks}${title}</g>`
}

/** The font size of the class `small`. */
const SMALL = 11

export type Label = { y: number; text: string; className: string; sample?: Markup }

/** Labels at the right of a panel, each with a sample of what it names; a long one is small. */
export function rightLabels(labels: readonly Label[], top: number, bottom: number, width: number): Markup[] {
  const x = PLOT_END + 10
  return apart(labels, top, bottom).map(({ y, text, className, sample }) => {
    const indent = sample ? 16 : 0
    const drawn = sample && markup`<g transform="translate(${x} ${y})">${sample}</g>`
    const room = width - indent
    const isSmall = widthOf(text) > room
    const shown = isSmall ? fitted(text, room, SMALL) : text
    return markup`${drawn}<text class="${isSmall ? `${className} small` : className}" x="${x + indent}" y="${y + 4}">${shown}</text>`
  })
}

type Placed = { label: string; marks: Mark[]; from: number; to: number; lane: number }

/** Marks in lanes above a group: equal labels are shown once, and labels do not overlap. */
export function placeMarks(all: readonly Mark[], x: Scale): { placed: Placed[]; height: number } {
  const taken: [number, number][][] = []
  const placed = [...Map.groupBy(withoutEnds(all), ({ label }) => label)].map(([label, marks]): Placed => {
    const text = fitted(`${label}${timesOf(marks)}`, PLOT_END - LEFT)
    const start = x.at(marks[0]?.fromSeconds ?? 0)
    const from = Math.max(LEFT, Math.min(start, PLOT_END - widthOf(text)))
    const to = from + widthOf(text)
    const free = taken.findIndex(lane => lane.every(([begin, end]) => to + 8 < begin || from > end + 8))
    const lane = free === -1 ? taken.length : free
    taken[lane] = [...(taken[lane] ?? []), [from, to]]
    return { label: text, marks, from, to, lane }
  })
  return { placed, height: taken.length * LANE }
}

/** A band from a fault to its end, a line for a single step. @param top of the labels, @param bottom of the last panel */
export function drawMarks(placed: readonly Placed[], x: Scale, top: number, height: number, bottom: number): Markup[] {
  return placed.map(({ label, marks, from, lane }) => {
    const middle = top + lane * LANE
    const shapes = marks.map(({ fromSeconds, toSeconds }) => {
      const begin = x.at(fromSeconds)
      if (toSeconds === undefined) return markup`<path d="M${begin} ${middle + LANE}V${bottom}"/>`
      const width = Math.max(1.5, x.at(Math.min(toSeconds, x.to)) - begin)
      return markup`<rect x="${begin}" y="${top + height}" width="${width}" height="${bottom - top - height}"/><path d="M${begin} ${middle + LANE}V${bottom}"/>`
    })
    const kind = marks.some(({ toSeconds }) => toSeconds !== undefined) ? 'band' : 'mark'
    return markup`<g class="${kind}">${shapes}<text class="strong" x="${from}" y="${middle + 11}">${label}</text></g>`
  })
}

/** A start, resume or heal is the end of a band, and needs no line. */
function withoutEnds(all: readonly Mark[]): Mark[] {
  return all.filter(({ label, fromSeconds }) => {
    const target = /^(?:start|resume|heal) (.+)$/.exec(label)?.[1]
    const ends = (mark: Mark) => (mark.toSeconds ?? -1) >= fromSeconds && mark.fromSeconds < fromSeconds
    return target === undefined || !all.some(mark => mark.label.endsWith(` ${target}`) && ends(mark))
  })
}

function timesOf(marks: readonly Mark[]): string {
  const [first] = marks
  if (marks.length > 1 || !first) return `, ${marks.length} times`
  const seconds = (value: number) => value.toLocaleString('en-US', { maximumFractionDigits: 1 })
  if (first.toSeconds === undefined) return `, at ${seconds(first.fromSeconds)} s`
  return `, ${seconds(first.fromSeconds)} to ${seconds(first.toSeconds)} s`
}
