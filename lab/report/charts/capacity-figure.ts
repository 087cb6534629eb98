// Rate against latency up to the capacity: for each model a line of medians and one of the 99th percentiles, on an axis of latency
// that gives both their room. Bars are the ends of the single seconds of a probe; a broken line across is the capacity.
import type { Verdict } from '#engine/checks/check.ts'
import { SIGNS } from '../terminal/report.ts'
import { grid, LEFT, type Label, PLOT_END, rightLabels, RIGHT, WIDTH } from './frame.ts'
import { type Markup, markup } from './markup.ts'
import { lines } from './path.ts'
import type { Picture } from './picture.ts'
import { linear, logarithmic, type Scale } from './scale.ts'

/** At one rate of one probe, in milliseconds. */
export type CapacityPoint = { rate: number; ms: number; least?: number; most?: number }
export type CapacityCurve = {
  model: string
  accent: string
  p50: readonly CapacityPoint[]
  p99: readonly CapacityPoint[]
  /** In orders a second; null where none was found. */
  capacity: number | null
  verdict: Verdict
}

const HEIGHT = 260
const HEAD = 34
const FOOT = 44
const TICKS = 6

export function capacityFigure(
  from: Pick<Picture, 'id' | 'title' | 'description'>,
  curves: readonly CapacityCurve[],
): Picture {
  const points = curves.flatMap(({ p50, p99 }) => [...p50, ...p99])
  const rates = [...points.map(({ rate }) => rate), ...curves.flatMap(({ capacity }) => capacity ?? [])]
  const x = linear(Math.max(1, ...rates) * 1.05, { from: LEFT, to: PLOT_END }, TICKS)
  const values = points.flatMap(({ ms, least, most }) => [ms, least ?? ms, most ?? ms])
  const y = logarithmic(values, { from: HEAD + HEIGHT, to: HEAD })
  const labels = curves.flatMap(curve => labelsOf(curve, y))
  const body = [
    markup`<text class="caption" x="${LEFT}" y="${HEAD - 20}">until the client can know the outcome</text>`,
    grid(y),
    rateAxis(x),
    curves.map((curve, nth) => capacityMark(curve, x, nth)),
    curves.map(curve => drawn(curve, x, y)),
    rightLabels(labels, HEAD, HEAD + HEIGHT, RIGHT - 10),
  ]
  return {
    ...from,
    width: WIDTH,
    height: HEAD + HEIGHT + FOOT,
    body: markup`<g class="panel panel-capacity">${body}</g>`,
  }
}

function rateAxis(x: Scale): Markup {
  const bottom = HEAD + HEIGHT
  const ticks = x.ticks.map(({ value, label }) => {
    const at = x.at(value)
    return markup`<path class="rule" d="M${at} ${bottom}v4"/><text x="${at}" y="${bottom + 16}" text-anchor="middle">${label}</text>`
  })
  return markup`<g class="axis"><path class="rule" d="M${LEFT} ${bottom}H${PLOT_END}"/>${ticks}<text x="${LEFT}" y="${bottom + 33}">orders a second</text></g>`
}

function capacityMark({ capacity, accent, verdict }: CapacityCurve, x: Scale, nth: number): Markup | undefined {
  if (capacity === null) return undefined
  const at = x.at(capacity)
  // Where capacities are close their numbers stand one below the other.
  const textY = HEAD - 6 + 14 * nth
  return markup`<g class="mark ${accent}"><path d="M${at} ${HEAD}V${HEAD + HEIGHT}"/><text class="tinted" x="${at - 4}" y="${textY}" text-anchor="end">${SIGNS[verdict]} ${capacity.toLocaleString('en-US')}</text></g>`
}

function drawn({ accent, p50, p99 }: CapacityCurve, x: Scale, y: Scale): Markup {
  const line = (points: readonly CapacityPoint[], dash: number) => {
    const d = lines(medians(points).map(({ rate, ms }) => [x.at(rate), y.at(ms)]))
    const bars = points.flatMap(({ rate, least, most }) =>
      least === undefined || most === undefined
        ? []
        : [markup`<path class="line thin" d="M${x.at(rate)} ${y.at(least)}V${y.at(most)}"/>`],
    )
    const dots = points.map(
      ({ rate, ms }) => markup`<circle cx="${x.at(rate)}" cy="${y.at(ms)}" r="2.6" fill="currentColor"/>`,
    )
    return markup`<path class="line dash-${dash}" d="${d}"/>${bars}${dots}`
  }
  return markup`<g class="${accent}">${line(p50, 0)}${line(p99, 1)}</g>`
}

/** One point for each rate, though it was probed several times. */
function medians(points: readonly CapacityPoint[]): CapacityPoint[] {
  return [...Map.groupBy(points, ({ rate }) => rate)]
    .map(([rate, some]) => {
      const sorted = some.map(({ ms }) => ms).sort((one, other) => one - other)
      return { rate, ms: sorted[Math.floor(sorted.length / 2)] ?? 0 }
    })
    .sort((one, other) => one.rate - other.rate)
}

function labelsOf({ model, accent, p50, p99 }: CapacityCurve, y: Scale): Label[] {
  return [
    { name: 'p50', points: p50, dash: 0 },
    { name: 'p99', points: p99, dash: 1 },
  ].flatMap(({ name, points, dash }) => {
    const last = medians(points).at(-1)
    if (!last) return []
    const sample = markup`<g class="${accent}"><path class="line dash-${dash}" d="M0 0h12"/></g>`
    return [{ y: y.at(last.ms), text: `${model} ${name}`, className: 'strong', sample }]
  })
}
