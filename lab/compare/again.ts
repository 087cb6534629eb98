// The experiment that a result came from, as it stands in this checkout.
import type { Experiment } from '#common/experiment/define.ts'
import type { Result } from '#common/experiment/summary.ts'
import { experiments, models } from '../experiments.ts'
import { cellOf } from './cell.ts'
import { faults } from './faults.ts'

/** Undefined where there is none any more. */
export function experimentOf({
  model: name,
  experiment,
  cell,
}: Pick<Result, 'model' | 'experiment' | 'cell'>): Experiment | undefined {
  if (!cell) return experiments[`${name}/${experiment}`]
  const fault = faults.find(each => each.name === cell.fault)
  const model = models.find(each => each.name === name)
  return fault && model && cellOf(fault, model, cell).experiment
}
