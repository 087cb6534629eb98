// Which runs may become the committed evidence: whole ones, with the values that the lab stands for. A verdict is no reason
// against one: what is invalid is published as that.
import type { Comparison, Summary } from '#engine/run/summary.ts'
import { variables } from '#infra/brokers/address.ts'
import { requestOf, DEFAULTS, plan } from '../comparison/plan.ts'
import type { Registry } from '../session/registry.ts'
import { UsageError } from '../cli/usage.ts'

/** @throws UsageError with one sentence when the run is no such one */
export function requirePublishable({ run, profile, results, comparison }: Summary, registry: Registry): void {
  const given = (comparison?.externalBrokers ?? []).map(kind => variables[kind])
  const unset = given.length > 0 ? `, with ${given.join(' and ')} unset,` : ''
  const way = comparison ? `npm run lab -- compare${unset}` : 'npm start'
  if (profile !== 'full') {
    throw new UsageError(`${run} is a ${profile} run; only a full one is published: ${way} makes it.`)
  }
  const unfinished = results.find(({ failure }) => failure !== undefined)
  if (unfinished) {
    const { model, experiment, failure } = unfinished
    throw new UsageError(`${run} is not complete: ${model}/${experiment} could not be finished (${failure}).`)
  }
  const all = comparison
    ? plan({ ...requestOf(comparison), externalBrokers: [] }).map(({ id }) => id)
    : registry.experiments
  const named = comparison ? [...comparison.scenarios, ...comparison.models] : []
  const missing = [
    ...all.filter(id => !results.some(result => `${result.model}/${result.experiment}` === id)),
    ...(comparison ? [...registry.scenarios, ...registry.models].filter(name => !named.includes(name)) : []),
  ]
  if (missing.length > 0) {
    throw new UsageError(`${run} is not complete: it lacks ${missing.join(', ')}; ${way} runs all of them.`)
  }
  if (comparison && !isAsTheLabStandsFor(comparison)) {
    throw new UsageError(
      `${run} was asked for other rates, or for fewer repetitions, than a published one; ${way} makes it.`,
    )
  }
}

function isAsTheLabStandsFor({ rates, repeat, healthyRepeat }: Comparison): boolean {
  const { full } = DEFAULTS
  return rates.join() === full.rates.join() && repeat >= full.repeat && healthyRepeat >= full.healthyRepeat
}
