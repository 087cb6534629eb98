// The table of an experiment before it is drawn: a row a variant, a column a measure, and what its dashes mean.
import type { Measure, Result } from '#common/experiment/summary.ts'
import { cell, isShown, NOTHING } from './numbers.ts'

export type Grid = {
  heads: { name: string; unit: string }[]
  rows: { name: string; cells: string[] }[]
  /** Why a cell has no number, one line each. */
  notes: string[]
}

/** Columns that no variant has are left out; a measure that one lacks is a dash without a note. */
export function gridOf({ columns, variants, measures }: Pick<Result, 'columns' | 'variants' | 'measures'>): Grid {
  const known = columns.filter(name => measures.some(measure => measure.name === name))
  const unitOf = (name: string) => measures.find(measure => measure.name === name)?.unit ?? ''
  const reasons: string[] = []
  const mark = (measure: Measure | undefined) => {
    const text = cell(measure)
    if (text !== NOTHING || !measure?.note) return text
    if (!reasons.includes(measure.note)) reasons.push(measure.note)
    return `${NOTHING} (${reasons.indexOf(measure.note) + 1})`
  }
  const rows = variants
    .filter(({ name }) => measures.some(({ variant }) => variant === name))
    .map(({ name }) => ({
      name,
      cells: known.map(column => mark(measures.find(each => each.variant === name && each.name === column))),
    }))
  const unitShown = (name: string) => isShown(unitOf(name)) && !name.split(' ').includes(unitOf(name))
  const heads = known.map(name => ({ name, unit: unitShown(name) ? unitOf(name) : '' }))
  return { heads, rows, notes: reasons.map((reason, index) => `(${index + 1}) ${reason}`) }
}
