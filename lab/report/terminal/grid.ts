// A table before it is drawn: what its columns are called, its rows, and what its dashes mean.
import type { Measure, Result } from '#engine/run/summary.ts'
import { cell, isShown, NOTHING } from './numbers.ts'

export type Grid = {
  heads: { name: string; unit: string }[]
  /** A name may have several lines. */
  rows: { name: string; cells: string[] }[]
  /** Why a cell has no number, one line each. */
  notes: string[]
}

/** Of an experiment, a row a variant. Columns that none has are left out; a measure that one lacks is a bare dash. */
export function gridOf({ columns, variants, measures }: Pick<Result, 'columns' | 'variants' | 'measures'>): Grid {
  const known = columns.filter(name => measures.some(measure => measure.name === name))
  const { mark, notes } = reasons()
  const textOf = (measure: Measure | undefined) => {
    const text = cell(measure)
    return text === NOTHING ? mark(measure?.note) : text
  }
  const rows = variants
    .filter(({ name }) => measures.some(({ variant }) => variant === name))
    .map(({ name }) => ({
      name,
      cells: known.map(column => textOf(measures.find(each => each.variant === name && each.name === column))),
    }))
  const heads = known.map(name => headOf(name, measures.find(measure => measure.name === name)?.unit))
  return { heads, rows, notes: notes() }
}

/** The unit is said where the name does not say it. */
export const headOf = (name: string, unit = ''): Grid['heads'][number] => ({
  name,
  unit: isShown(unit) && !name.split(' ').includes(unit) ? unit : '',
})

/** Dashes that share a reason share its number. */
export function reasons(): { mark(why: string | undefined): string; notes(): string[] } {
  const known: string[] = []
  return {
    mark(why) {
      if (why === undefined) return NOTHING
      if (!known.includes(why)) known.push(why)
      return `${NOTHING} (${known.indexOf(why) + 1})`
    },
    notes: () => known.map((why, index) => `(${index + 1}) ${why}`),
  }
}
