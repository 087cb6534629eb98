// The cells of a comparison in the order in which they run: what is repeated goes round all models before it comes again,
// so that no model has a quieter hour than the others.
import type { ComparedModel } from '#engine/experiment/comparison-adapter.ts'
import type { Profile } from '#engine/experiment/profile.ts'
import type { BrokerKind } from '#engine/experiment/model.ts'
import type { Comparison, Result } from '#engine/run/summary.ts'
import { cellOf, type ComparedNamed, lacks } from './cell.ts'
import type { Fault } from './scenario.ts'
import { HEALTHY } from './scenarios.ts'

export type Asked = {
  faults: readonly Fault[]
  models: readonly ComparedModel[]
  /** Of the healthy runs, in orders a second. */
  rates: readonly number[]
  /** Of the faults; a healthy run has its own. */
  repeat: number
  healthyRepeat: number
  /** Brokers by address: the lab does no harm to those. */
  given: readonly BrokerKind[]
}

/** What is asked where the user says nothing. */
export const DEFAULTS: Record<Profile, Pick<Asked, 'rates' | 'repeat' | 'healthyRepeat'>> = {
  full: { rates: [20, 100, 400], repeat: 1, healthyRepeat: 3 },
  quick: { rates: [50], repeat: 1, healthyRepeat: 1 },
}

export function plan({ faults, models, rates, repeat, healthyRepeat, given }: Asked): ComparedNamed[] {
  return faults.flatMap((fault, index) => {
    const isHealthy = fault.name === HEALTHY
    const all = isHealthy ? rates : [fault.profiles.full.ordersPerSecond]
    return upTo(isHealthy ? healthyRepeat : repeat).flatMap(nth =>
      all.flatMap(ordersPerSecond =>
        turned(models, index + nth - 1)
          .filter(model => lacks(fault, model, given) === undefined)
          .map(model => cellOf(fault, model, { fault: fault.name, ordersPerSecond, repeat: nth })),
      ),
    )
  })
}

/** Each fault, and each round of it, begins with another model: what comes first is not always the same. */
const turned = <Each>(values: readonly Each[], by: number): Each[] => {
  const from = by % values.length
  return [...values.slice(from), ...values.slice(0, from)]
}

const upTo = (count: number): number[] => Array.from({ length: count }, (_, index) => index + 1)

export const comparisonOf = (
  { faults, models, rates, repeat, healthyRepeat, given }: Asked,
  profile: Profile,
): Comparison => ({
  models: models.map(({ name }) => name),
  features: Object.fromEntries(models.map(({ name, features }) => [name, [...features]])),
  faults: faults.map(({ name }) => name),
  rates: [...rates],
  repeat,
  healthyRepeat,
  ...(given.length > 0 && { given: [...given] }),
  about: faults.map(fault => ({
    name: fault.name,
    title: fault.titleAt?.(fault.profiles[profile]) ?? fault.title,
    asks: fault.asks,
    ...(fault.caveat && { caveat: fault.caveat }),
    without: Object.fromEntries(
      models.flatMap(model => {
        const why = lacks(fault, model, given)
        return why === undefined ? [] : [[model.name, why]]
      }),
    ),
  })),
})

/** Results that stand, of a comparison that is gone on with: those that were finished. */
export const finished = (results: readonly Result[]): Result[] => results.filter(({ trouble }) => trouble === undefined)
