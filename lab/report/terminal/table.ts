// Tables for the terminal, without colour codes, and for Markdown, and the numbers in them: significant digits, thousands
// separators, the unit in the head of the column. A table that is wider than the terminal is transposed (a row for each measure),
// then its cells are broken between words, then its columns are divided among several tables, one below the other.
import Table from 'cli-table3'
import type { Measure, Result } from '#engine/run/summary.ts'
import { columnWidths, HANG, widthOf, wrapped } from './screen.ts'

/** A table before it is drawn: its columns, its rows, and what its dashes mean. */
export type Grid = {
  heads: { name: string; unit: string }[]
  /** A name may have several lines. */
  rows: { name: string; cells: string[] }[]
  /** Why a cell has no number, and which numbers the fault sets, one line each. */
  notes: string[]
}

/** The grid of an experiment: a row for each variant. Columns without any measure are left out; a missing measure is a dash. */
export function gridOf({ columns, variants, measures }: Pick<Result, 'columns' | 'variants' | 'measures'>): Grid {
  const known = columns.filter(name => measures.some(measure => measure.name === name))
  const { dash, marked, notes } = footnotes()
  const textOf = (measure: Measure | undefined, arithmetic: string | undefined) => {
    const text = numberText(measure)
    return text === NOTHING ? dash(measure?.note) : marked(text, arithmetic)
  }
  const rows = variants
    .filter(({ name }) => measures.some(({ variant }) => variant === name))
    .map(({ name, setByFault = {} }) => ({
      name,
      cells: known.map(column =>
        textOf(
          measures.find(each => each.variant === name && each.name === column),
          setByFault[column],
        ),
      ),
    }))
  const heads = known.map(name => headOf(name, measures.find(measure => measure.name === name)?.unit))
  return { heads, rows, notes: notes() }
}

/** The unit is shown where the name does not contain it. */
export const headOf = (name: string, unit = ''): Grid['heads'][number] => ({
  name,
  unit: isUnitShown(unit) && !name.split(' ').includes(unit) ? unit : '',
})

/** At a number that follows from what was planted. */
export const SET_BY_FAULT = '†'
export const MEANING_OF_SET_BY_FAULT = `${SET_BY_FAULT} is set by the fault: it follows from what was planted, and says nothing of the model.`

/** Dashes that share a reason share its number; and so do numbers of one arithmetic that the fault sets. */
export function footnotes() {
  const [whyNot, arithmetics]: [string[], string[]] = [[], []]
  const numberOf = (text: string, known: string[]): number => {
    if (!known.includes(text)) known.push(text)
    return known.indexOf(text) + 1
  }
  return {
    dash: (why: string | undefined): string => (why === undefined ? NOTHING : `${NOTHING} (${numberOf(why, whyNot)})`),
    marked: (text: string, arithmetic: string | undefined): string =>
      arithmetic === undefined ? text : `${text} (${SET_BY_FAULT}${numberOf(arithmetic, arithmetics)})`,
    notes: (): string[] => [
      ...whyNot.map((why, index) => `(${index + 1}) ${why}`),
      ...arithmetics.map((text, index) => `(${SET_BY_FAULT}${index + 1}) set by the fault: ${text}`),
    ],
  }
}

/** As many columns as a Markdown page shows without scrolling. */
const MARKDOWN_COLUMNS = 8

/** @param width of the terminal, in characters */
export function textTable(grid: Grid, width: number): string {
  if (grid.rows.length === 0) return ''
  const upright = draw(
    ['', ...grid.heads.map(stacked)],
    grid.rows.map(({ name, cells }) => [name, ...cells]),
  )
  const table = upright.split('\n').every(line => widthOf(line) <= width) ? upright : turned(grid, width)
  return [table, ...grid.notes.map(note => wrapped(note, width))].join('\n')
}

/** A row for each measure, in as few tables as fit, each with about as many columns. */
function turned(grid: Grid, width: number): string {
  const { rows } = grid
  const inTables = (count: number) => {
    const most = Math.ceil(rows.length / count)
    return Array.from({ length: Math.ceil(rows.length / most) }, (_, nth) =>
      transposed({ ...grid, rows: rows.slice(nth * most, (nth + 1) * most) }),
    )
  }
  const all = rows.map((_, index) => inTables(index + 1))
  const isFit = (tables: (typeof all)[number]) =>
    tables.every(({ heads, rows }) => columnWidths([heads, ...rows], [0], width))
  const tables = all.find(isFit) ?? inTables(rows.length)
  return tables.map(({ heads, rows }) => draw(heads, rows, [0], width)).join('\n')
}

export function markdownTable(grid: Grid): string {
  if (grid.rows.length === 0) return ''
  const { heads, rows } =
    grid.heads.length <= MARKDOWN_COLUMNS
      ? { heads: ['', ...grid.heads.map(headLine)], rows: grid.rows.map(({ name, cells }) => [name, ...cells]) }
      : transposed(grid)
  return [markdown(heads, rows), ...(grid.notes.length > 0 ? ['', grid.notes.join('; ')] : [])].join('\n')
}

/** Escapes text of other origin, so that it is no markup in Markdown. `markdown` escapes the ends of cells. */
export const literal = (text: string): string =>
  text.replaceAll('\\', '\\\\').replaceAll('<', '&lt;').replaceAll('[', '\\[').replaceAll('`', '\\`')

/** One line of text of other origin, such as a message's: a terminal would obey its control characters, so they are shown as escapes. */
export const printable = (text: string): string =>
  text.replaceAll(/(?!\t)[\p{Cc}\p{Bidi_Control}]/gu, each => `\\u${each.charCodeAt(0).toString(16).padStart(4, '0')}`)

/** The first column is text. @param numbers whether the others are numbers */
export function markdown(heads: readonly string[], rows: readonly (readonly string[])[], numbers = true): string {
  const line = (cells: readonly string[]) =>
    `| ${cells.map(text => text.replaceAll('|', '\\|').replaceAll('\n', '<br>')).join(' | ')} |`
  const rule = `|${heads.map((_, index) => (index > 0 && numbers ? '---:' : '---')).join('|')}|`
  return [line(heads), rule, ...rows.map(line)].join('\n')
}

/** A row for each measure, a column for each variant. */
function transposed({ heads, rows }: Grid): { heads: string[]; rows: string[][] } {
  return {
    heads: ['', ...rows.map(({ name }) => name)],
    rows: heads.map((head, index) => [headLine(head), ...rows.map(({ cells }) => cells[index] ?? '')]),
  }
}

const headLine = ({ name, unit }: Grid['heads'][number]): string => (unit ? `${name} [${unit}]` : name)

/** Each word on a line of its own, the unit last. */
const stacked = ({ name, unit }: Grid['heads'][number]): string =>
  [...name.split(' '), ...(unit ? [`[${unit}]`] : [])].join('\n')

/**
 * No wider than `width`: where words do not let it be so narrow two tables, and where those are too wide a list.
 * @param left the columns whose cells are text
 */
export function draw(
  heads: readonly string[],
  rows: readonly (readonly string[])[],
  left: readonly number[] = [0],
  width = Infinity,
): string {
  const widths = columnWidths([heads, ...rows], left, width)
  if (!widths) return divided(heads, rows, left, width) ?? rows.map(cells => listed(heads, cells, width)).join('\n')
  const fitted = (cells: readonly string[]) =>
    cells.map((cell, index) => wrapped(cell, widths[index] ?? 0, left.includes(index) ? HANG : 0))
  const table = new Table({
    head: fitted(heads),
    colAligns: heads.map((_, index) => (left.includes(index) ? 'left' : 'right')),
    style: { head: [], border: [], compact: true },
  })
  table.push(...rows.map(fitted))
  return table.toString()
}

/** Two tables, one below the other, each with the first column; undefined where both cannot fit. */
function divided(
  heads: readonly string[],
  rows: readonly (readonly string[])[],
  left: readonly number[],
  width: number,
): string | undefined {
  const columns = [...heads.keys()]
  for (const cut of columns.slice(2).reverse()) {
    const parts = [columns.slice(0, cut), [0, ...columns.slice(cut)]].map(kept => ({
      lines: [heads, ...rows].map(cells => kept.map(column => cells[column] ?? '')),
      left: [...kept.keys()].filter(at => left.includes(kept[at] ?? -1)),
    }))
    if (parts.every(({ lines, left }) => columnWidths(lines, left, width)))
      return parts.map(({ lines: [head = [], ...body], left }) => draw(head, body, left, width)).join('\n')
  }
  return undefined
}

/** A row without its table: each cell below the first, behind its head. */
function listed(heads: readonly string[], [first = '', ...others]: readonly string[], width: number): string {
  const lines = others.map((cell, nth) => `  ${heads[nth + 1]?.replaceAll('\n', ' ')}: ${cell.replaceAll('\n', ' ')}`)
  return [first.replaceAll('\n', ' '), ...lines].map(line => wrapped(line, width, HANG)).join('\n')
}

/** Shown where there is no value. */
export const NOTHING = '–'

/** `4.21`, `48.3`, `2,012`; with "≥" where attempts without an answer count at their deadline. */
export function numberText(measure: Pick<Measure, 'value' | 'unit' | 'atLeast'> | undefined): string {
  if (!measure || measure.value === null) return NOTHING
  return `${measure.atLeast ? '≥ ' : ''}${digits(measure.value, measure.unit)}`
}

/** With its unit: `4.21 ms`, `99.7 %`, `1,100`. Counts of orders and messages have no unit. */
export function withUnit(measure: Pick<Measure, 'value' | 'unit' | 'atLeast'>): string {
  const text = numberText(measure)
  return text === NOTHING || !isUnitShown(measure.unit) ? text : `${text} ${measure.unit}`
}

/** Whether the unit adds information to the name of the measure. */
export const isUnitShown = (unit: string): boolean => unit !== '' && unit !== 'orders' && unit !== 'messages'

function digits(value: number, unit: string): string {
  const most = Number.isInteger(value) && unit !== 'ms' ? 0 : Math.abs(value) < 10 ? 2 : Math.abs(value) < 100 ? 1 : 0
  const decimals = unit === '%' && value > 90 && value < 100 ? 2 : most
  const least = unit === 'ms' ? decimals : 0
  return value.toLocaleString('en-US', { maximumFractionDigits: decimals, minimumFractionDigits: least })
}

export const seconds = (value: number): string => (value < 100 ? value.toFixed(1) : value.toFixed(0))
