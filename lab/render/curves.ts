// Curves over time: below each other a frame for each variant and unit, all on one scale of time and, unit by unit, of
// values; what was done to the services as grey spans and lines.
import type { TopLevelSpec } from 'vega-lite'
import type { Mark, Result, Series } from '#common/experiment/summary.ts'

const WIDTH = 720
const HEIGHT = 180

type Frame = Extract<TopLevelSpec, { vconcat: unknown }>['vconcat'][number]
type Curved = Pick<Result, 'title' | 'question' | 'series' | 'variants' | 'marks'>
type FrameParts = { title: string; about: string; unit: string; curves: Series[]; marks: Mark[]; end: Point }
type Point = { seconds: number; value: number }

/** Orders, messages and records are one thing, seen from different ends. */
const unitOf = ({ unit }: Series): string => (['orders', 'messages', 'records'].includes(unit) ? 'orders' : unit)

/**
 * @param wanted the curves by name; those that never leave zero are left out, they would only lengthen the legend
 */
export function curves({ title, question, series, variants, marks }: Curved, wanted: RegExp): TopLevelSpec {
  const asked = series.filter(({ name }) => wanted.test(name))
  const alive = new Set(asked.filter(({ points }) => points.some(([, value]) => value > 0)).map(({ name }) => name))
  const shown = asked.filter(({ name }) => alive.has(name))
  const seconds = Math.max(1, ...shown.flatMap(({ points }) => points.map(([at]) => at)))
  return {
    title: { text: title, subtitle: question },
    vconcat: variants.flatMap(({ name, about }) => {
      const own = shown.filter(({ variant }) => variant === name)
      return [...Map.groupBy(own, unitOf)].map(([unit, curves]) => {
        const alike = shown.filter(each => unitOf(each) === unit)
        const value = Math.max(1, ...alike.flatMap(({ points }) => points.map(([, height]) => height)))
        const end = { seconds, value }
        return frameOf({
          title: name,
          about,
          unit,
          curves,
          marks: marks.filter(({ variant }) => variant === name),
          end,
        })
      })
    }),
    resolve: { scale: { color: 'shared' } },
  }
}

function frameOf({ title, about, unit, curves, marks, end }: FrameParts): Frame {
  const x = {
    field: 'seconds',
    type: 'quantitative' as const,
    title: 'seconds since the load began',
    scale: { domain: [0, end.seconds], nice: false },
  }
  const points = curves.flatMap(({ name, points }) =>
    points.map(([seconds, value]) => ({ curve: name, seconds, value })),
  )
  return {
    title: { text: title, subtitle: about, fontSize: 12 },
    width: WIDTH,
    height: HEIGHT,
    layer: [
      {
        data: { values: marks.filter(({ toSeconds }) => toSeconds !== undefined) },
        mark: { type: 'rect', color: '#ddd', opacity: 0.6, clip: true },
        encoding: { x: { ...x, field: 'fromSeconds' }, x2: { field: 'toSeconds' } },
      },
      {
        data: { values: marks },
        mark: { type: 'rule', color: '#999', strokeDash: [4, 3], clip: true },
        encoding: { x: { ...x, field: 'fromSeconds' } },
      },
      {
        data: { values: marks },
        mark: { type: 'text', align: 'left', baseline: 'top', dx: 4, y: 4, fontSize: 10, color: '#666' },
        encoding: { x: { ...x, field: 'fromSeconds' }, text: { field: 'label' } },
      },
      {
        data: { values: points },
        mark: { type: 'line', interpolate: 'step-after', strokeWidth: 1.5, clip: true },
        encoding: {
          x,
          y: { field: 'value', type: 'quantitative', title: unit, scale: { domain: [0, end.value] } },
          color: { field: 'curve', type: 'nominal', title: null, legend: { orient: 'bottom', columns: 3 } },
        },
      },
    ],
  }
}
