// Bars side by side: for each thing that is counted one bar for each time of counting, with its number on top.
import { fitted } from './labels.ts'
import { type Markup, markup } from './markup.ts'
import type { Picture } from './picture.ts'

export type Bars = { name: string; accent: string; whens: readonly string[]; counted: readonly Counted[] }
/** `values`: one for each of `whens`. */
export type Counted = { name: string; values: readonly number[] }

const HEIGHT = 96
const HEAD = 52
const FOOT = 44
const BAR = 50
const BETWEEN = 30
/** Room for names. */
const LEAST = 480
/** Shades by time of counting. */
const SHADES = 3

/** One panel for each of the groups, all on one scale. */
export function barFigure(from: Pick<Picture, 'id' | 'title' | 'description'>, groups: readonly Bars[]): Picture {
  const most = Math.max(1, ...groups.flatMap(({ counted }) => counted.flatMap(({ values }) => values)))
  const body = groups.map((group, nth) => panelOf(group, nth * (HEAD + HEIGHT + FOOT), most))
  const width = Math.max(LEAST, ...groups.map(({ whens, counted }) => counted.length * (whens.length * BAR + BETWEEN)))
  return { ...from, width, height: groups.length * (HEAD + HEIGHT + FOOT), body: markup`${body}` }
}

function panelOf({ name, accent, whens, counted }: Bars, top: number, most: number): Markup {
  const bottom = top + HEAD + HEIGHT
  const each = whens.length * BAR + BETWEEN
  const bars = counted.map((one, nth) => {
    const left = nth * each
    const drawn = one.values.map((value, when) => {
      const tall = (value / most) * HEIGHT
      const x = left + when * BAR
      return markup`<rect class="bar-${when % SHADES}" x="${x}" y="${bottom - tall}" width="${BAR - 4}" height="${tall}"/><text class="strong" x="${x + BAR / 2 - 2}" y="${bottom - tall - 4}" text-anchor="middle">${value.toLocaleString('en-US')}</text><text x="${x + BAR / 2 - 2}" y="${bottom + 14}" text-anchor="middle">${fitted(whens[when] ?? '', BAR)}</text>`
    })
    return markup`${drawn}<text class="strong" x="${left}" y="${bottom + 30}">${one.name}</text>`
  })
  const axis = markup`<g class="axis"><path class="rule" d="M0 ${bottom}H${counted.length * each - BETWEEN}"/></g>`
  return markup`<g class="panel ${accent}"><text class="name" x="0" y="${top + 16}">${name}</text>${bars}${axis}</g>`
}
