// Curves over time: one frame a variant, below each other; what was done to the services as grey spans and lines.
import type { TopLevelSpec } from 'vega-lite'
import type { Mark, Result } from '#common/experiment/summary.ts'

const WIDTH = 720
const HEIGHT = 200

type Frame = Extract<TopLevelSpec, { vconcat: unknown }>['vconcat'][number]
type Curved = Pick<Result, 'title' | 'question' | 'series' | 'variants'> & { marks: Mark[] }

/** Curves that never leave zero are left out: they would only lengthen the legend. */
export function curves({ title, question, series, variants, marks }: Curved): TopLevelSpec {
  const alive = new Set(series.filter(({ points }) => points.some(([, value]) => value > 0)).map(({ name }) => name))
  const shown = series.filter(({ name }) => alive.has(name))
  const lastSecond = Math.max(1, ...shown.flatMap(({ points }) => points.map(([seconds]) => seconds)))
  const frames = variants.filter(({ name }) => shown.some(({ variant }) => variant === name))
  return {
    title: { text: title, subtitle: question },
    resolve: { scale: { color: 'shared', x: 'shared' } },
    vconcat: frames.map(({ name, about }): Frame => {
      const own = marks.filter(({ variant }) => variant === name)
      const points = shown
        .filter(({ variant }) => variant === name)
        .flatMap(({ name: curve, unit, points }) =>
          points.map(([seconds, value]) => ({ curve: `${curve} [${unit}]`, seconds, value })),
        )
      const x = {
        field: 'seconds',
        type: 'quantitative' as const,
        title: 'seconds since the load began',
        scale: { domain: [0, lastSecond], nice: false },
      }
      return {
        title: { text: name, subtitle: about, fontSize: 12 },
        width: WIDTH,
        height: HEIGHT,
        layer: [
          {
            data: { values: own.filter(({ toSeconds }) => toSeconds !== undefined) },
            mark: { type: 'rect', color: '#ddd', opacity: 0.6, clip: true },
            encoding: { x: { ...x, field: 'fromSeconds' }, x2: { field: 'toSeconds' } },
          },
          {
            data: { values: own },
            mark: { type: 'rule', color: '#999', strokeDash: [4, 3], clip: true },
            encoding: { x: { ...x, field: 'fromSeconds' } },
          },
          {
            data: { values: own },
            mark: { type: 'text', align: 'left', baseline: 'top', dx: 4, y: 4, fontSize: 10, color: '#666' },
            encoding: { x: { ...x, field: 'fromSeconds' }, text: { field: 'label' } },
          },
          {
            data: { values: points },
            mark: { type: 'line', interpolate: 'step-after', strokeWidth: 1.5, clip: true },
            encoding: {
              x,
              y: { field: 'value', type: 'quantitative', title: null, scale: { domainMin: 0 } },
              color: { field: 'curve', type: 'nominal', title: null, legend: { orient: 'bottom', columns: 2 } },
            },
          },
        ],
      }
    }),
  }
}
