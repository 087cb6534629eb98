// Curves of one unit over time in a panel that begins at zero: the first as an area, the others as lines that differ in
// their strokes; each is named at its highest point, with the value there. Where all is zero it is one line of text.
import type { Series } from '#engine/run/summary.ts'
import { caption, grid, type Label, RIGHT, rightLabels } from './frame.ts'
import { type Markup, markup } from './markup.ts'
import { stepArea, steps } from './path.ts'
import { linear, milliseconds, type Scale } from './scale.ts'

/** Alone, and below the orders. */
const HEIGHTS = { alone: 120, below: 62 }
export type Place = keyof typeof HEIGHTS

const DASHES = 5

export const curvesHeight = (curves: readonly Series[], place: Place): number =>
  isZero(curves) ? 0 : Math.max(HEIGHTS[place], curves.length * 15)

const isZero = (curves: readonly Series[]): boolean =>
  curves.every(({ points }) => points.every(([, value]) => value <= 0))

/** @param most the highest value of this unit in the whole figure */
export function curvesPanel(curves: readonly Series[], most: number, x: Scale, top: number, bottom: number): Markup {
  const unit = curves[0]?.unit ?? ''
  const name = isCount(unit) ? 'waiting orders' : curves.map(each => each.name).join(', ')
  if (isZero(curves)) return markup`<g class="panel panel-curves">${caption(`${name}: 0 throughout`, top)}</g>`
  const y = linear(most, { from: bottom, to: top + 4 }, 2, value => valueText(value, unit))
  const drawn = curves.map(({ points }, nth) => {
    const places = points.map(([seconds, value]) => [x.at(within(seconds, x.to)), y.at(Math.max(value, 0))] as const)
    const area = nth === 0 && markup`<path class="area" d="${stepArea(places, bottom)}"/>`
    return markup`${area}<path class="line dash-${nth % DASHES}" d="${steps(places)}"/>`
  })
  const labels = curves.map(({ name, unit: own, points }, nth): Label => {
    const top = points.reduce((highest, [, value]) => Math.max(highest, value), 0)
    return {
      y: y.at(top),
      text: `${valueText(top, own)} ${name}`,
      className: 'tinted',
      sample: markup`<path class="line dash-${nth % DASHES}" d="M0 0h12"/>`,
    }
  })
  const shown = rightLabels(labels, top + 4, bottom, RIGHT - 10)
  return markup`<g class="panel panel-curves">${grid(y)}${caption(name, top)}${drawn}${shown}</g>`
}

/** A sample of a broker may precede the load; a lag may seem negative when its two ends are read one after the other. */
const within = (seconds: number, end: number): number => Math.min(Math.max(seconds, 0), end)

function valueText(value: number, unit: string): string {
  if (unit === 'ms') return milliseconds(value)
  const digits = value.toLocaleString('en-US', { maximumFractionDigits: 1 })
  return isCount(unit) ? digits : `${digits} ${unit}`
}

export const isCount = (unit: string): boolean => ['orders', 'messages', 'records'].includes(unit)
