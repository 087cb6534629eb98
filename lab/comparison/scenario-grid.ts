// The table of one scenario at one rate, for the terminal, the page and the report: a row for each configuration, its verdict
// beside its numbers.
import { type Grid, headOf, reasons } from '../report/terminal/table.ts'
import { SIGNS } from '../report/terminal/report.ts'
import { repeatedMeasureOf, formattedWithRange, type ConfigurationResults, verdictOf } from './repeated-measures.ts'

/** Measures that none of them has are left out. */
export function scenarioGrid(configurations: readonly ConfigurationResults[]): Grid {
  const { mark, notes } = reasons()
  const names = [...new Set(configurations.flatMap(({ results }) => results.flatMap(({ columns }) => columns)))]
  const columns = names.flatMap(name => {
    const measures = configurations.map(configuration => repeatedMeasureOf(configuration, name))
    const unit = measures.find(measure => measure !== undefined)?.unit
    return unit === undefined ? [] : [{ head: headOf(name, unit), measures }]
  })
  const rows = configurations.map((configuration, nth) => ({
    name: `${configuration.model}\n${configuration.variant}`,
    cells: [
      verdictCell(configuration),
      ...columns.map(({ measures }) => {
        const measure = measures[nth]
        return measure && measure.values.length > 0 ? formattedWithRange(measure) : mark(measure?.note)
      }),
    ],
  }))
  return { heads: [headOf('verdict'), ...columns.map(({ head }) => head)], rows, notes: notes() }
}

function verdictCell(configuration: ConfigurationResults): string {
  const verdict = verdictOf(configuration)
  const aside =
    configuration.disabledSafeguard === undefined ? '' : `\n(without its ${configuration.disabledSafeguard})`
  return `${SIGNS[verdict]} ${verdict}${aside}`
}
