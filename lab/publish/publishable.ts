// Which runs may become the committed evidence: whole ones, with the values that the lab stands for.
import type { Summary } from '#common/experiment/summary.ts'
import { UsageError } from '../usage.ts'

/** @throws UsageError with one sentence when the run is no such one */
export function requirePublishable({ run, profile, results }: Summary, experiments: readonly string[]): void {
  if (profile !== 'full') {
    throw new UsageError(`${run} is a ${profile} run; only a full one is published: npm start makes it.`)
  }
  const missing = experiments.filter(id => !results.some(result => `${result.model}/${result.experiment}` === id))
  if (missing.length > 0) {
    throw new UsageError(`${run} is not complete: it lacks ${missing.join(', ')}; npm start runs all of them.`)
  }
  const unfinished = results.find(({ trouble }) => trouble !== undefined)
  if (unfinished) {
    const { model, experiment, trouble } = unfinished
    throw new UsageError(`${run} is not complete: ${model}/${experiment} could not be finished (${trouble}).`)
  }
}
