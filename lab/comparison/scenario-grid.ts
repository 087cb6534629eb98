// The table of one fault at one rate, for the terminal, the page and the report: a row a model and composition, its
// verdict beside its numbers.
import { type Grid, headOf, reasons } from '../report/terminal/grid.ts'
import { SIGNS } from '../report/terminal/report.ts'
import { readingOf, shown } from './repeated-measures.ts'
import { type Subject, verdictOf } from './configurations.ts'

/** Measures that none of them has are left out. */
export function faultGrid(subjects: readonly Subject[]): Grid {
  const { mark, notes } = reasons()
  const names = [...new Set(subjects.flatMap(({ results }) => results.flatMap(({ columns }) => columns)))]
  const columns = names.flatMap(name => {
    const readings = subjects.map(subject => readingOf(subject, name))
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

function verdictCell(subject: Subject): string {
  const verdict = verdictOf(subject)
  const aside = subject.leftOut === undefined ? '' : `\n(${subject.leftOut} left out)`
  return `${SIGNS[verdict]} ${verdict}${aside}`
}
