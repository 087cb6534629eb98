// The cells of a comparison in the order in which they run: what is repeated goes round all models before it comes again,
// so that no model has a quieter hour than the others.
import type { ComparableModel } from '#engine/experiment/comparison-adapter.ts'
import type { Profile } from '#engine/experiment/profile.ts'
import type { BrokerKind } from '#engine/experiment/model.ts'
import type { Comparison, Result } from '#engine/run/summary.ts'
import { cellOf, type NamedCell, unsupportedReason } from './cell.ts'
import type { Scenario } from './scenario.ts'
import { HEALTHY } from './scenarios.ts'

export type ComparisonRequest = {
  scenarios: readonly Scenario[]
  models: readonly ComparableModel[]
  /** Of the healthy runs, in orders a second. */
  rates: readonly number[]
  /** Of the scenarios; a healthy run has its own. */
  repeat: number
  healthyRepeat: number
  /** Brokers by address: the lab does no harm to those. */
  externalBrokers: readonly BrokerKind[]
}

/** What is asked where the user says nothing. */
export const DEFAULTS: Record<Profile, Pick<ComparisonRequest, 'rates' | 'repeat' | 'healthyRepeat'>> = {
  full: { rates: [20, 100, 400], repeat: 1, healthyRepeat: 3 },
  quick: { rates: [50], repeat: 1, healthyRepeat: 1 },
}

export function plan({
  scenarios,
  models,
  rates,
  repeat,
  healthyRepeat,
  externalBrokers,
}: ComparisonRequest): NamedCell[] {
  return scenarios.flatMap((scenario, index) => {
    const isHealthy = scenario.name === HEALTHY
    const all = isHealthy ? rates : [scenario.profiles.full.ordersPerSecond]
    return upTo(isHealthy ? healthyRepeat : repeat).flatMap(nth =>
      all.flatMap(ordersPerSecond =>
        turned(models, index + nth - 1)
          .filter(model => unsupportedReason(scenario, model, externalBrokers) === undefined)
          .map(model => cellOf(scenario, model, { scenario: scenario.name, ordersPerSecond, repeat: nth })),
      ),
    )
  })
}

/** Each scenario, and each round of it, begins with another model: what comes first is not always the same. */
const turned = <Each>(values: readonly Each[], by: number): Each[] => {
  const from = by % values.length
  return [...values.slice(from), ...values.slice(0, from)]
}

const upTo = (count: number): number[] => Array.from({ length: count }, (_, index) => index + 1)

export const comparisonOf = (
  { scenarios, models, rates, repeat, healthyRepeat, externalBrokers }: ComparisonRequest,
  profile: Profile,
): Comparison => ({
  models: models.map(({ name }) => name),
  features: Object.fromEntries(models.map(({ name, features }) => [name, [...features]])),
  scenarios: scenarios.map(({ name }) => name),
  rates: [...rates],
  repeat,
  healthyRepeat,
  ...(externalBrokers.length > 0 && { externalBrokers: [...externalBrokers] }),
  about: scenarios.map(scenario => ({
    name: scenario.name,
    title: scenario.titleAt?.(scenario.profiles[profile]) ?? scenario.title,
    asks: scenario.asks,
    ...(scenario.caveat && { caveat: scenario.caveat }),
    without: Object.fromEntries(
      models.flatMap(model => {
        const why = unsupportedReason(scenario, model, externalBrokers)
        return why === undefined ? [] : [[model.name, why]]
      }),
    ),
  })),
})

/** Results that stand, of a comparison that is gone on with: those that were finished. */
export const finished = (results: readonly Result[]): Result[] => results.filter(({ failure }) => failure === undefined)
