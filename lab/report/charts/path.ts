// Paths of thousands of points in few bytes: whole tenths of a pixel, each relative to the one before, in one element of
// scale 0.1. What falls on the same tenth is drawn once.
import { type Markup, markup, tenth } from './markup.ts'

export type Point = readonly [x: number, y: number]

/** The stroke of a point, in tenths of a pixel: where it begins and ends, counted from the point, and how it is drawn. */
const SHAPES = {
  /** With round caps this is a dot. */
  dot: { from: [0, 0], to: [0, 0], drawn: 'h0' },
  upright: { from: [0, -28], to: [0, 28], drawn: 'v56' },
  flat: { from: [-28, 0], to: [28, 0], drawn: 'h56' },
} as const
export type Shape = keyof typeof SHAPES

const tenths = (value: number): number => Math.round(value * 10)
const join = (x: number, y: number): string => (y < 0 ? `${x}${y}` : `${x} ${y}`)

/** Every point as a shape, in one element. */
export function scatter(points: readonly Point[], shape: Shape, className: string): Markup {
  const places = new Map(points.map(([x, y]) => [`${tenths(x)},${tenths(y)}`, [tenths(x), tenths(y)] as const]))
  const ordered = [...places.values()].sort(([ax, ay], [bx, by]) => ax - bx || ay - by)
  const { from, to, drawn } = SHAPES[shape]
  let [atX, atY] = [0, 0]
  const moves = ordered.map(([x, y]) => {
    const move = `m${join(x + from[0] - atX, y + from[1] - atY)}${drawn}`
    ;[atX, atY] = [x + to[0], y + to[1]]
    return move
  })
  return moves.length === 0
    ? markup``
    : markup`<path class="${className}" transform="scale(.1)" d="${moves.join('')}"/>`
}

/** Boxes with their upper left corner, width and height, in one element. */
export function boxes(
  all: readonly (readonly [x: number, y: number, width: number, height: number])[],
  className: string,
): Markup {
  const d = all.map(box => {
    const [x, y, width, height] = box.map(tenths)
    return `M${x} ${y}h${width}v${height}h-${width}z`
  })
  return all.length === 0 ? markup`` : markup`<path class="${className}" transform="scale(.1)" d="${d.join('')}"/>`
}

/** The `d` of straight lines through the points. */
export const lines = (points: readonly Point[]): string =>
  points.map(([x, y], nth) => `${nth === 0 ? 'M' : 'L'}${join(tenth(x), tenth(y))}`).join('')

/** The `d` of a value that holds until the next. */
export function steps(points: readonly Point[]): string {
  const [first, ...rest] = points
  if (!first) return ''
  return `M${join(tenth(first[0]), tenth(first[1]))}${rest.map(([x, y]) => `H${tenth(x)}V${tenth(y)}`).join('')}`
}

/** The `d` of what lies between such a value and a level. */
export function stepArea(points: readonly Point[], level: number): string {
  const first = points[0]
  const last = points.at(-1)
  return first && last ? `${steps(points)}V${tenth(level)}H${tenth(first[0])}Z` : ''
}
