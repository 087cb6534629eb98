// Latency at each share of the orders, on axes that give the tail its room: a grid of panels on one scale, each with a
// line for each latency or model. Repetitions are thin lines. A line has a gap where a share is void.
import { SHARES as DRAWN } from '#engine/analysis/plots.ts'
import type { Quantiles } from '#engine/run/summary.ts'
import { LEFT, WIDTH } from './frame.ts'
import { apart, fitted } from './labels.ts'
import { type Markup, markup } from './markup.ts'
import { lines } from './path.ts'
import type { Picture } from './picture.ts'
import { logarithmic, type Scale } from './scale.ts'

/** One line, or those of several repetitions; `lacking` says why there is none. */
export type Strand = {
  name: string
  accent: string
  dash: number
  runs: readonly Quantiles['points'][]
  lacking?: string
}
export type Cell = { name: string; strands: readonly Strand[] }

const HEIGHT = 138
const HEAD = 24
const FOOT = 34
const LABELS = 114
const BETWEEN = 26
/** A panel is no wider than this, however few there are. */
const WIDEST = 340
const SHARES = [0, 0.5, 0.9, 0.99, 0.999] as const

type Place = { x(share: number): number; y: Scale; left: number; right: number; isFirst: boolean }

export function quantileFigure(
  from: Pick<Picture, 'id' | 'title' | 'description'>,
  rows: readonly (readonly Cell[])[],
): Picture {
  const all = rows.flat().flatMap(({ strands }) => strands.flatMap(({ runs }) => runs.flat()))
  const last = Math.max(0.9, ...all.map(([share]) => share))
  const columns = Math.max(1, ...rows.map(row => row.length))
  const each = Math.min(WIDEST, (WIDTH - LEFT - LABELS + BETWEEN) / columns)
  const values = all.map(([, ms]) => ms)
  const body = rows.map((row, index) => {
    const top = HEAD + index * (HEAD + HEIGHT + FOOT)
    const y = logarithmic(values, { from: top + HEIGHT, to: top })
    return row.map((cell, nth) => {
      const left = LEFT + nth * each
      const right = left + each - BETWEEN
      const x = (share: number) => left + (nines(share) / nines(last)) * (right - left)
      const name = fitted(cell.name, each - BETWEEN)
      return markup`<text class="strong" x="${left}" y="${top - 9}">${name}</text>${panelOf(cell, { x, y, left, right, isFirst: nth === 0 }, row.slice(nth + 1))}`
    })
  })
  return { ...from, width: WIDTH, height: rows.length * (HEAD + HEIGHT + FOOT) - 8, body: markup`${body}` }
}

/** Each nine as wide as the one before. */
const nines = (share: number): number => -Math.log10(1 - share)

const hasLine = ({ runs }: Strand): boolean => runs.some(points => points.length > 0)

/** A line is named in the last panel of its row that has it; what has none is named in the panel that lacks it. */
function panelOf({ strands }: Cell, place: Place, after: readonly Cell[]): Markup {
  const { x, y, left, right } = place
  const drawn = strands.map(({ accent, dash, runs }) => {
    const thin = runs.length > 1 ? ' thin' : ''
    const paths = runs.map(points =>
      stretches(points, ([share]) => share)
        .map(stretch => lines(stretch.map(([share, ms]) => [x(share), y.at(ms)])))
        .join(''),
    )
    return markup`<g class="${accent}">${runs.length > 1 && spreadOf(runs, place)}${paths.map(d => markup`<path class="line${thin} dash-${dash}" d="${d}"/>`)}</g>`
  })
  const named = new Set(after.flatMap(cell => cell.strands.filter(hasLine).map(({ name }) => name)))
  const ends = strands.flatMap(({ name, accent, runs }) => {
    if (named.has(name)) return []
    const last = runs.flatMap(points => points.slice(-1)).sort(([, one], [, other]) => one - other)
    const [share, ms] = last[Math.floor(last.length / 2)] ?? [undefined, 1]
    return share === undefined ? [] : [{ name, accent, x: x(share), y: y.at(ms) }]
  })
  const labels = apart(ends, y.at(y.to), y.at(y.from)).map(end => {
    const text = fitted(end.name, LABELS + right - end.x)
    return markup`<g class="${end.accent}"><text class="tinted" x="${end.x + 6}" y="${end.y + 4}">${text}</text></g>`
  })
  const none = strands.filter(strand => !hasLine(strand))
  const missing = none.map(
    ({ name, lacking = 'void' }, nth) =>
      markup`<text x="${left + 8}" y="${y.at(y.to) + 14 + 15 * nth}">${name}: ${lacking}</text>`,
  )
  return markup`<g class="panel panel-quantiles">${axes(place)}${drawn}${labels}${missing}</g>`
}

/** What lies between the lowest and the highest of the repetitions, at the shares that all of them have. */
function spreadOf(runs: Strand['runs'], { x, y }: Place): Markup {
  const msOf = runs.map(points => new Map(points.map(([share, ms]) => [share, ms])))
  const shares = (runs[0] ?? []).map(([share]) => share).filter(share => msOf.every(ms => ms.has(share)))
  const areas = stretches(shares, share => share).map(stretch => {
    const edge = (choose: (...values: number[]) => number) =>
      stretch.map(share => [x(share), y.at(choose(...msOf.map(ms => ms.get(share) ?? 1)))] as const)
    return `${lines([...edge(Math.max), ...edge(Math.min).reverse()])}Z`
  })
  return markup`<path class="area" d="${areas.join('')}"/>`
}

/** What is drawn in one go: between two of the same stretch lies no share that is missing. */
function stretches<Each>(all: readonly Each[], shareOf: (each: Each) => number): Each[][] {
  const found: Each[][] = []
  for (const [nth, each] of all.entries()) {
    const before = all[nth - 1]
    const isMissing = (share: number) => before !== undefined && share > shareOf(before) && share < shareOf(each)
    if (before === undefined || DRAWN.some(isMissing)) found.push([])
    found.at(-1)?.push(each)
  }
  return found
}

function axes({ x, y, left, right, isFirst }: Place): Markup {
  const bottom = y.at(y.from)
  const across = y.ticks.map(({ value, label }) => {
    const at = y.at(value)
    const tickLabel = isFirst && markup`<text x="${left - 6}" y="${at + 4}" text-anchor="end">${label}</text>`
    return markup`<path class="grid" d="M${left} ${at}H${right}"/>${tickLabel}`
  })
  const shares = SHARES.filter(share => x(share) <= right + 0.5).map(share => {
    const text = share === 0 ? '0' : `${share * 100}${share === 0.5 ? ' %' : ''}`
    return markup`<path class="rule" d="M${x(share)} ${bottom}v4"/><text x="${x(share)}" y="${bottom + 16}" text-anchor="middle">${text}</text>`
  })
  return markup`<g class="axis">${across}<path class="rule" d="M${left} ${bottom}H${right}"/>${shares}</g>`
}
