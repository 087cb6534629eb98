// What a comparison sets side by side: each variant of each model, with what all its repetitions measured.
import type { Measure, Result } from '#common/experiment/summary.ts'
import { cellOf } from '../compare/fault-table.ts'
import { type Markup, markup } from '../draw/markup.ts'
import { accentOf } from '../draw/theme.ts'
import type { Grid } from '../render/grid.ts'
import { isShown, NOTHING } from '../render/numbers.ts'

export type Subject = {
  model: string
  variant: string
  isFirst: boolean
  leftOut: string | undefined
  results: Result[]
}

/** Of results of one fault and rate: the variants of each model in the order in which the models come. */
export function subjectsOf(results: readonly Result[], models: readonly string[]): Subject[] {
  return models.flatMap(model => {
    const own = results.filter(result => result.model === model)
    const variants = own.find(each => each.variants.length > 0)?.variants ?? []
    return variants.map(({ name, leftOut }, nth) => ({
      model,
      variant: name,
      isFirst: nth === 0,
      leftOut,
      results: own,
    }))
  })
}

/** The measures of that name, one a repetition; where a check counts what a column names, that is the measure. */
export function measuresOf({ results, variant }: Subject, name: string): Measure[] {
  return results.flatMap(({ measures, checks }): Measure[] => {
    const measure = measures.find(each => each.variant === variant && each.name === name)
    if (measure) return [measure]
    const found = checks.find(each => each.variant === variant && [name, `none-${name}`].includes(each.name))?.found
    return found === undefined ? [] : [{ variant, name, unit: 'orders', value: found }]
  })
}

/** The values of the repetitions that have one. */
export const valuesOf = (subject: Subject, name: string): number[] =>
  measuresOf(subject, name).flatMap(({ value }) => value ?? [])

/** What their tables show. */
export const columnsOf = (subjects: readonly Subject[]): string[] => [
  ...new Set(subjects.flatMap(({ results }) => results.flatMap(({ columns }) => columns))),
]

/** A row a subject, a column a measure; of repetitions the median with its range. */
export function subjectsGrid(subjects: readonly Subject[], columns: readonly string[]): Grid {
  const known = columns.filter(name => subjects.some(subject => measuresOf(subject, name).length > 0))
  const reasons: string[] = []
  const heads = known.map(name => {
    const unit = subjects.flatMap(subject => measuresOf(subject, name))[0]?.unit ?? ''
    return { name, unit: isShown(unit) ? unit : '' }
  })
  const note = (why: string): string => {
    if (!reasons.includes(why)) reasons.push(why)
    return `${NOTHING} (${reasons.indexOf(why) + 1})`
  }
  const rows = subjects.map(subject => ({
    name: nameOf(subject),
    cells: known.map(name => cellOf(measuresOf(subject, name), note)),
  }))
  return { heads, rows, notes: reasons.map((reason, index) => `(${index + 1}) ${reason}`) }
}

export const nameOf = ({ model, variant, leftOut }: Subject): string =>
  `${leftOut === undefined ? '' : '◇ '}${model}: ${variant}`

/** The head of a column: the model in its colour, below it the variant. */
export const headOf = ({ model, variant, leftOut }: Subject): Markup =>
  markup`<span class="model ${accentOf(model)}">${model}</span><br><span class="aside">${leftOut === undefined ? '' : '◇ '}${variant}</span>`
