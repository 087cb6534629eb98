// The whole comparison on the terminal: a table a fault, a row a model and composition.
import { styleText } from 'node:util'
import type { Comparison, Result, Summary } from '#common/experiment/summary.ts'
import { draw, fits } from '../render/table.ts'
import { renderProvenance, SIGNS } from '../render/report.ts'
import { durabilityLines } from './durability.ts'
import { type FaultTable, faultTables } from './fault-table.ts'
import { HEALTHY } from './faults.ts'

type About = Comparison['about'][number]

/** @param where the folder of the run, as the user would type it; @param width of the terminal, in characters */
export function comparisonText(summary: Summary, where: string, width: number): string {
  const { comparison, results } = summary
  const parts = (comparison?.about ?? []).flatMap(fault => {
    const own = results.filter(({ cell }) => cell?.fault === fault.name)
    return own.length === 0 ? [] : [part(fault, own, width)]
  })
  return [...parts, renderProvenance(summary, where, verdicts(results))].join('\n\n')
}

function part({ name, title, asks, caveat, without }: About, results: readonly Result[], width: number): string {
  return [
    styleText('bold', title),
    asks,
    ...(caveat ? [caveat] : []),
    ...faultTables(results).flatMap(({ name: called, table }) => [
      ...(called ? [called] : []),
      drawn(table, width),
      ...table.notes,
    ]),
    ...Object.entries(without).map(([model, why]) => `${model} has no like of it: ${why}`),
    ...(name === HEALTHY ? durabilityLines(results) : []),
    ...explained(results),
  ].join('\n')
}

/** Turned round, a row a measure, where it is too wide. */
function drawn({ heads, rows }: FaultTable, width: number): string {
  const upright = draw(heads.map(stacked), rows, [0, 1])
  if (fits(upright, width)) return upright
  const across = heads.slice(1).map((head, index) => [head, ...rows.map(row => row[index + 1] ?? '')])
  return draw(['', ...rows.map(([name = '']) => name)], across)
}

/** A word a line, the unit last. */
const stacked = (head: string): string => head.replaceAll(' ', '\n')

/** The sentences of the first round of each. */
const explained = (results: readonly Result[]): string[] =>
  results.filter(({ cell }) => cell?.repeat === 1).flatMap(({ explanation }) => explanation)

function verdicts(results: readonly Result[]): string {
  const counts = Map.groupBy(results, ({ verdict }) => verdict)
  return [...counts].map(([verdict, some]) => `${SIGNS[verdict]} ${some.length} ${verdict}`).join(', ')
}
