// What an outbox does and what the model does, apart: every model with and without it, under the same faults.
import type { Summary } from '#engine/run/summary.ts'
import { SIGNS } from '../report/terminal/report.ts'
import { type Grid, headOf, NOTHING } from '../report/terminal/table.ts'
import {
  formattedWithSpread,
  modelOf,
  type RepeatedMeasure,
  repeatedMeasuresOf,
  verdictOf,
} from './repeated-measures.ts'

export const isWithOutbox = ({ configuration }: RepeatedMeasure): boolean =>
  /\bwith (its|an) outbox\b/.test(configuration.variant)

const SHARE = 'during: known in the end'

export const ABOUT_THE_OUTBOX =
  'The share of the orders requested during the fault whose outcome could be known in the end. What differs between the two columns of a fault is the work of the outbox; what differs between the rows of a column is that of the model. REST has no broker: in the scenario where that of the others is killed its Inventory is killed instead, so that its row says the same there as where Inventory is dead.'

/** A row for each model, and two columns for each fault under which a model was run both ways. Undefined where there is none. */
export function outboxGrid(summary: Summary): Grid | undefined {
  const { about = [], models = [] } = summary.comparison ?? {}
  const columns = about.flatMap(({ name, title }) => {
    const measures = repeatedMeasuresOf(summary, name, SHARE)
    const [without, outbox] = [measures.filter(each => !isWithOutbox(each)), measures.filter(isWithOutbox)]
    if (!without.some(one => outbox.some(other => modelOf(one) === modelOf(other)))) return []
    return [
      { head: headOf(`${title}: without an outbox`, '%'), measures: without },
      { head: headOf('with it', '%'), measures: outbox },
    ]
  })
  if (columns.length === 0) return undefined
  const rows = models.map(model => ({
    name: model,
    // The first one: others of a model differ in what its broker syncs.
    cells: columns.map(({ measures }) => cellOf(measures.find(each => modelOf(each) === model))),
  }))
  return { heads: columns.map(({ head }) => head), rows, notes: [] }
}

const cellOf = (measure: RepeatedMeasure | undefined): string =>
  measure ? `${SIGNS[verdictOf(measure.configuration)]} ${formattedWithSpread(measure)}` : NOTHING
