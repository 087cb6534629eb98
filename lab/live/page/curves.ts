// The curves of a lane: the last two minutes, all lanes on one axis of seconds before now.
import uPlot from 'uplot'
import { type LaneFrame, type Second, SHOWN_SECONDS } from './protocol.ts'
import { element, say } from './dom.ts'

const HEIGHT = 84

type Line = { name: string; colour: string; dash?: number[]; of(second: Second): number | null }
type Curve = { title: string; unit: string; log?: boolean; lines: Line[] }

const CURVES: readonly Curve[] = [
  {
    title: 'answers',
    unit: '/s',
    lines: [
      { name: 'accepted', colour: '--good-text', of: ({ answers }) => answers.accepted },
      { name: 'refused', colour: '--warn', of: ({ answers }) => answers.refused },
      { name: 'errors', colour: '--bad', of: ({ answers }) => answers.error },
      { name: 'no answer', colour: '--bad', dash: [3, 3], of: ({ answers }) => answers.none },
    ],
  },
  {
    title: 'latency, median and slowest of each second',
    unit: 'ms',
    log: true,
    lines: [
      { name: 'accepted', colour: '--ink', of: ({ acceptedP50 }) => acceptedP50 },
      { name: 'slowest', colour: '--ink', dash: [2, 3], of: ({ acceptedWorst }) => acceptedWorst },
      { name: 'known', colour: '--rest', of: ({ knownP50 }) => knownP50 },
      { name: 'slowest known', colour: '--rest', dash: [2, 3], of: ({ knownWorst }) => knownWorst },
    ],
  },
  {
    title: 'undecided, and dead letters',
    unit: 'orders',
    lines: [
      { name: 'undecided', colour: '--warn', of: ({ open }) => open },
      { name: 'dead letters', colour: '--bad', of: ({ deadLetters }) => deadLetters },
    ],
  },
  {
    title: 'CPU of services and broker',
    unit: 'cores',
    lines: [{ name: 'cores', colour: '--ink', of: ({ cores }) => cores }],
  },
]

export type Curves = { box: HTMLElement; take(frame: LaneFrame): void; clear(): void }

export function createCurves(): Curves {
  const seconds: Second[] = []
  const plots = CURVES.map(plotOf)
  const box = element('div', { className: 'curves' }, ...plots.map(({ figure }) => figure))
  new ResizeObserver(() => {
    for (const { resize } of plots) resize()
  }).observe(box)
  return {
    box,
    clear: () => void seconds.splice(0),
    take(frame) {
      seconds.push(...frame.seconds)
      seconds.splice(0, Math.max(0, seconds.length - SHOWN_SECONDS))
      if (frame.seconds.length > 0) for (const { show } of plots) show(seconds, frame.nowMs / 1_000)
    },
  }
}

function plotOf({ title, unit, log = false, lines }: Curve) {
  const value = element('span', { className: 'value' })
  const place = element('div')
  const figure = element('div', { className: 'curve' }, element('h3', {}, `${title}: `, value), place)
  let plot: uPlot | undefined
  const colour = (name: string) => getComputedStyle(document.documentElement).getPropertyValue(name)
  const axis = {
    stroke: () => colour('--soft'),
    grid: { stroke: () => colour('--grid'), width: 1 },
    ticks: { show: false },
    font: '11px system-ui',
  }
  const open = (data: uPlot.AlignedData): uPlot =>
    new uPlot(
      {
        width: Math.max(120, figure.clientWidth),
        height: HEIGHT,
        legend: { show: false },
        cursor: { show: false },
        padding: [6, 6, 0, 0],
        scales: {
          x: { time: false, range: [-SHOWN_SECONDS, 0] },
          y: log ? { distr: 3 } : { range: (_, __, most) => [0, Math.max(1, most)] },
        },
        axes: [
          { ...axis, size: 20, values: (_, ticks) => ticks.map(tick => (tick === 0 ? 'now' : `${tick} s`)) },
          { ...axis, size: 42 },
        ],
        series: [
          {},
          ...lines.map(line => ({
            stroke: () => colour(line.colour),
            width: 1.5,
            dash: line.dash,
            points: { show: false },
          })),
        ],
      },
      data,
      place,
    )
  return {
    figure,
    resize: () => plot?.setSize({ width: Math.max(120, figure.clientWidth), height: HEIGHT }),
    show(seconds: readonly Second[], now: number) {
      const data: uPlot.AlignedData = [
        seconds.map(({ second }) => second - now),
        ...lines.map(line => seconds.map(second => positive(line.of(second), log))),
      ]
      const last = seconds.at(-1)
      say(value, last ? lines.map(line => `${line.name} ${figureOf(line.of(last))}`).join(' · ') + ` ${unit}` : '')
      if (plot) plot.setData(data)
      else plot = open(data)
    },
  }
}

/** A logarithmic axis has no zero. */
const positive = (value: number | null, log: boolean): number | null =>
  log && value !== null ? Math.max(0.1, value) : value

const figureOf = (value: number | null): string =>
  value === null ? '–' : value >= 100 ? value.toFixed(0) : value.toFixed(value < 10 && !Number.isInteger(value) ? 1 : 0)
