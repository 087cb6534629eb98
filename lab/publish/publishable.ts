// Which runs may be published: complete ones with the default settings. A verdict is no reason to refuse one: an invalid result
// is published as invalid.
import type { Comparison, Summary } from '#engine/run/summary.ts'
import { variables } from '#infra/brokers/provide.ts'
import { requestOf, DEFAULTS, plan } from '../comparison/plan.ts'
import type { Registry } from '../session/registry.ts'
import { UsageError } from '../cli/usage.ts'

/** @throws UsageError with one sentence when the run cannot be published */
export function requirePublishable({ run, profile, results, comparison }: Summary, registry: Registry): void {
  const external = (comparison?.externalBrokers ?? []).map(kind => variables[kind])
  const unset = external.length > 0 ? `, with ${external.join(' and ')} unset,` : ''
  const command = comparison ? `npm run lab -- compare${unset}` : 'npm start'
  if (profile !== 'full') {
    throw new UsageError(`${run} is a ${profile} run, and only a full one can be published: ${command} makes one.`)
  }
  const unfinished = results.find(({ failure }) => failure !== undefined)
  if (unfinished) {
    const { model, experiment, failure } = unfinished
    throw new UsageError(`${run} is incomplete: ${model}/${experiment} could not be finished (${failure}).`)
  }
  const all = comparison
    ? plan({ ...requestOf(comparison), externalBrokers: [] }).map(({ id }) => id)
    : registry.experiments
  const compared = comparison ? [...comparison.scenarios, ...comparison.models] : []
  const missing = [
    ...all.filter(id => !results.some(result => `${result.model}/${result.experiment}` === id)),
    ...(comparison ? [...registry.scenarios, ...registry.models].filter(name => !compared.includes(name)) : []),
  ]
  if (missing.length > 0) {
    throw new UsageError(`${run} is incomplete: it lacks ${missing.join(', ')}; ${command} runs all of them.`)
  }
  if (comparison && !hasDefaultSettings(comparison)) {
    throw new UsageError(`${run} has other rates, or fewer repetitions, than a published one; ${command} makes one.`)
  }
}

function hasDefaultSettings({ rates, repeat, healthyRepeat }: Comparison): boolean {
  const { full } = DEFAULTS
  return rates.join() === full.rates.join() && repeat >= full.repeat && healthyRepeat >= full.healthyRepeat
}
