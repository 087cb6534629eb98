// The experiment that a result came from, as it stands in this checkout.
import type { Experiment } from '#engine/experiment/define.ts'
import type { Result } from '#engine/run/summary.ts'
import { experiments, models } from '../session/registry.ts'
import { cellOf } from './cell.ts'
import { scenarios } from './scenarios.ts'

/** Undefined where there is none any more. */
export function experimentOf({
  model: name,
  experiment,
  cell,
}: Pick<Result, 'model' | 'experiment' | 'cell'>): Experiment | undefined {
  if (!cell) return experiments[`${name}/${experiment}`]
  const scenario = scenarios.find(each => each.name === cell.scenario)
  const model = models.find(each => each.name === name)
  return scenario && model && cellOf(scenario, model, cell).experiment
}
