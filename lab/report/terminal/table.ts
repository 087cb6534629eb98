// Tables on the terminal, without colour codes, and in Markdown. One that is too wide is turned round: a row a measure.
import Table from 'cli-table3'
import type { Grid } from './grid.ts'

/** As many columns as a Markdown page shows without scrolling. */
const MARKDOWN_COLUMNS = 8

/** @param width of the terminal, in characters */
export function textTable(grid: Grid, width: number): string {
  if (grid.rows.length === 0) return ''
  const upright = draw(
    ['', ...grid.heads.map(stacked)],
    grid.rows.map(({ name, cells }) => [name, ...cells]),
  )
  const { heads, rows } = turned(grid)
  return [fits(upright, width) ? upright : draw(heads, rows), ...grid.notes].join('\n')
}

export function markdownTable(grid: Grid): string {
  if (grid.rows.length === 0) return ''
  const { heads, rows } =
    grid.heads.length <= MARKDOWN_COLUMNS
      ? { heads: ['', ...grid.heads.map(headLine)], rows: grid.rows.map(({ name, cells }) => [name, ...cells]) }
      : turned(grid)
  return [markdown(heads, rows), ...(grid.notes.length > 0 ? ['', grid.notes.join('; ')] : [])].join('\n')
}

const fits = (table: string, width: number): boolean => table.split('\n').every(line => line.length <= width)

/** As it stands, in Markdown: text that somebody else wrote is no markup. `markdown` sees to what would end a cell. */
export const literal = (text: string): string =>
  text.replaceAll('\\', '\\\\').replaceAll('<', '&lt;').replaceAll('[', '\\[').replaceAll('`', '\\`')

/** The first column is text, the others are numbers unless told otherwise. */
export function markdown(heads: readonly string[], rows: readonly (readonly string[])[], numbers = true): string {
  const line = (cells: readonly string[]) =>
    `| ${cells.map(text => text.replaceAll('|', '\\|').replaceAll('\n', '<br>')).join(' | ')} |`
  const rule = `|${heads.map((_, index) => (index > 0 && numbers ? '---:' : '---')).join('|')}|`
  return [line(heads), rule, ...rows.map(line)].join('\n')
}

/** A row a measure, a column a variant. */
function turned({ heads, rows }: Grid): { heads: string[]; rows: string[][] } {
  return {
    heads: ['', ...rows.map(({ name }) => name)],
    rows: heads.map((head, index) => [headLine(head), ...rows.map(({ cells }) => cells[index] ?? '')]),
  }
}

const headLine = ({ name, unit }: Grid['heads'][number]): string => (unit ? `${name} [${unit}]` : name)

/** A word a line, the unit last. */
const stacked = ({ name, unit }: Grid['heads'][number]): string =>
  [...name.split(' '), ...(unit ? [`[${unit}]`] : [])].join('\n')

/** @param left the columns whose cells are text */
export function draw(
  heads: readonly string[],
  rows: readonly (readonly string[])[],
  left: readonly number[] = [0],
): string {
  const table = new Table({
    head: [...heads],
    colAligns: heads.map((_, index) => (left.includes(index) ? 'left' : 'right')),
    style: { head: [], border: [], compact: true },
  })
  table.push(...rows.map(row => [...row]))
  return table.toString()
}
