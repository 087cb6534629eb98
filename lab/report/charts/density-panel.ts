// More orders than points could show: boxes, the fuller the darker. A completion fills the whole box with the model's
// colour, an answer a slimmer one with ink on top of it, so that both are seen where they meet.
import type { Orders } from '#engine/run/summary.ts'
import type { Label } from './labels.ts'
import { type Markup, markup } from './markup.ts'
import { boxes } from './path.ts'
import type { Scale } from './scale.ts'

type Density = NonNullable<Orders['density']>
type Box = readonly [number, number, number, number]

const SHADES = [0.25, 0.45, 0.7, 1]

export function densityPanel(density: Density, x: Scale, y: Scale): { shapes: Markup[]; labels: Label[] } {
  const series = [
    { counted: density.completed, slim: 1, className: 'box-completed', name: 'completed', text: 'said' },
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
