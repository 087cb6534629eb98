// The table of one scenario at one rate, for the terminal, the page and the report: a row a model and composition, its
// verdict beside its numbers.
import { type Grid, headOf, reasons } from '../report/terminal/table.ts'
import { SIGNS } from '../report/terminal/report.ts'
import { repeatedMeasureOf, shown, type ConfigurationResults, verdictOf } from './repeated-measures.ts'

/** Measures that none of them has are left out. */
export function scenarioGrid(subjects: readonly ConfigurationResults[]): Grid {
  const { mark, notes } = reasons()
  const names = [...new Set(subjects.flatMap(({ results }) => results.flatMap(({ columns }) => columns)))]
  const columns = names.flatMap(name => {
    const readings = subjects.map(subject => repeatedMeasureOf(subject, name))
    const unit = readings.find(reading => reading !== undefined)?.unit
    return unit === undefined ? [] : [{ head: headOf(name, unit), readings }]
  })
  const rows = subjects.map((subject, nth) => ({
    name: `${subject.model}\n${subject.variant}`,
    cells: [
      verdictCell(subject),
      ...columns.map(({ readings }) => {
        const reading = readings[nth]
        return reading && reading.values.length > 0 ? shown(reading) : mark(reading?.note)
      }),
    ],
  }))
  return { heads: [headOf('verdict'), ...columns.map(({ head }) => head)], rows, notes: notes() }
}

function verdictCell(subject: ConfigurationResults): string {
  const verdict = verdictOf(subject)
  const aside = subject.disabledSafeguard === undefined ? '' : `\n(${subject.disabledSafeguard} left out)`
  return `${SIGNS[verdict]} ${verdict}${aside}`
}
