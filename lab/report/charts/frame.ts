// What all panels over time share: their layout, their axes and labels.
import { apart, fitted, widthOf } from './labels.ts'
import { type Markup, markup } from './markup.ts'
import { linear, type Scale } from './scale.ts'

export const WIDTH = 872
export const LEFT = 58
export const RIGHT = 270
export const PLOT_END = WIDTH - RIGHT

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
