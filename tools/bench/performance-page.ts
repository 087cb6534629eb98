// The table of rows, for the terminal and for docs/performance.md.
import { numberText } from '../../lab/report/terminal/table.ts'
import { compare, type FigureResult, type RowResult, type Spread } from './pairs.ts'
import type { Goal } from './row.ts'

const HEADS = ['row', 'figure', 'lab', 'reference', 'lab ÷ reference', 'goal']

/** @param draw a table of heads and rows */
export const performanceTable = (
  rows: readonly RowResult[],
  draw: (heads: string[], rows: string[][]) => string,
): string => draw(HEADS, rows.flatMap(linesOf))

function linesOf({ row, figures, notMeasured }: RowResult): string[][] {
  if (notMeasured !== undefined) return [[row, 'not measured', '', '', '', '']]
  return figures.map((figure, index) => [index === 0 ? row : '', ...cellsOf(figure)])
}

function cellsOf(figure: FigureResult): string[] {
  const { lab, reference, ratio, indistinguishable, goal } = compare(figure)
  const { name, unit } = figure
  const ratioText = spreadText(ratio, '')
  return [
    `${name} [${unit}]`,
    spreadText(lab, unit),
    spreadText(reference, unit),
    indistinguishable ? `${ratioText}, indistinguishable` : ratioText,
    `${goalText(figure.goal)}: ${goal}`,
  ]
}

const spreadText = ({ median, least, most }: Spread, unit: string): string => {
  const text = (value: number) => (unit === '' ? value.toFixed(2) : numberText({ value, unit }))
  return `${text(median)} (${text(least)}–${text(most)})`
}

const goalText = (goal: Goal): string => ('atLeast' in goal ? `≥ ${goal.atLeast}` : `≤ ${goal.atMost}`)
