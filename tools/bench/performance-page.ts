// The table of rows, for the terminal and for docs/performance.md, and that page.
import { machineText } from '../../lab/session/run-facts.ts'
import { markdown, numberText } from '../../lab/report/terminal/table.ts'
import { compare, type Finding, spreadOf } from './pairs.ts'
import type { BenchFile, FigureResult, RowResult } from './bench-file.ts'
import type { Goal, Row } from './row.ts'

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
    `${goalText(figure.goal, unit)}: ${goal}`,
  ]
}

function spreadText({ median, least, most }: Finding['ratio'], unit: string): string {
  const text = (value: number) => (unit === '' ? value.toFixed(2) : numberText({ value, unit }))
  return `${text(median)} (${text(least)}–${text(most)})`
}

function goalText(goal: Goal, unit: string): string {
  if ('labAtMost' in goal) return `lab ≤ ${goal.labAtMost} ${unit}`
  return 'atLeast' in goal ? `≥ ${goal.atLeast}` : `≤ ${goal.atMost}`
}

/** The whole page. @param rows what its table has, with what is driven */
export function performancePage(file: BenchFile, rows: readonly Row[]): string {
  const { startedAt, machine, version, waiting, rows: results } = file
  const others = Math.max(...results.map(({ othersCores }) => othersCores ?? Number.NaN))
  const rounds = Math.min(...results.flatMap(({ figures }) => figures.map(({ lab }) => lab.length)))
  const about = rows.map(row =>
    aboutRow(
      row,
      results.find(each => each.row === row.name),
    ),
  )
  return `# Performance

Something of the lab, beside a reference that does the same work on the same machine in the same minute: the broker's own tool, or a
bare chain of HTTP servers. An absolute figure says more of the machine than of the lab; the ratio can be compared.

Lab and reference alternate. Each cell is the median of ${rounds} rounds, with the least and the most; the ratio is that of the two rounds of a
pair. Where the spreads of lab and reference overlap, the two are *indistinguishable*. A goal is *open* where it lies within the spread.
\`npm run bench -- --only ${NAMES_OF_ALL}\` measures it again.

${startedAt.slice(0, 10)}, communication-models-lab ${version}, ${machineText(machine)}. Processes that wanted a core before it began: ${waiting}. Other
programs used ${Number.isNaN(others) ? 'an unknown share of a core' : `at most ${others.toFixed(2)} cores`} meanwhile.

${performanceTable(results, (heads, lines) => markdown(heads, lines, false))}

## What is measured

${about.join('\n\n')}
`
}

function aboutRow({ name, driven, reference, boundBy }: Row, result: RowResult | undefined): string {
  const { lab = [], reference: ofReference = [] } = result?.idle ?? {}
  const known = lab.length > 0 && ofReference.length > 0
  const percent = (shares: number[]) => (known ? `${(100 * spreadOf(shares).median).toFixed(0)} %` : '')
  const idle = `${percent(lab)} of their time in the rounds of the lab, ${percent(ofReference)} in those of the reference.`
  const points = [
    `- Reference: ${reference}`,
    ...(boundBy ? [`- What bounds it: ${boundBy}`] : []),
    ...(known ? [`- Idle cores: ${idle}`] : []),
    ...coresIn(result),
  ]
  return [`### ${name}`, '', driven, '', ...points].join('\n')
}

/** In the rounds of the lab: the median of each. */
function coresIn(result: RowResult | undefined): string[] {
  const used = Object.entries(result?.cores ?? {}).filter(([, rounds]) => rounds.length > 0)
  const texts = used.map(([name, rounds]) => `${name} ${spreadOf(rounds).median.toFixed(2)}`)
  return texts.length > 0 ? [`- Cores used in the rounds of the lab: ${texts.join(', ')}.`] : []
}

const NAMES_OF_ALL = 'rest rabbitmq kafka cpu'
