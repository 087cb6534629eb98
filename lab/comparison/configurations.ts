// What a comparison sets side by side: each model in each of its compositions, with the results of all its repetitions.
import type { Result } from '#engine/run/summary.ts'
import { type Verdict, worst } from '#engine/checks/verdict.ts'

export type ConfigurationResults = {
  model: string
  variant: string
  /** Whether the composition stands for its model. */
  isFirst: boolean
  /** The safeguard that it leaves out on purpose. */
  disabledSafeguard: string | undefined
  results: Result[]
}

/** Of results of one scenario and rate. @param models in the order in which they are shown */
export function configurationsOf(results: readonly Result[], models: readonly string[]): ConfigurationResults[] {
  return models.flatMap(model => {
    const own = results.filter(result => result.model === model)
    const variants = own.find(each => each.variants.length > 0)?.variants ?? []
    return variants.map(({ name, disabledSafeguard }, nth) => ({
      model,
      variant: name,
      isFirst: nth === 0,
      disabledSafeguard,
      results: own,
    }))
  })
}

/** By rate, the lowest first. */
export const byRate = (results: readonly Result[]): [number, Result[]][] =>
  [...Map.groupBy(results, ({ cell }) => cell?.ordersPerSecond ?? 0)].sort(([one], [other]) => one - other)

/** Of all its checks in all repetitions the worst; unknown where one could not be finished. */
export const verdictOf = ({ results, variant }: Pick<ConfigurationResults, 'results' | 'variant'>): Verdict =>
  worst(
    results.flatMap(({ checks, failure }): Verdict[] => [
      ...checks.filter(check => check.variant === variant).map(({ verdict }) => verdict),
      ...(failure === undefined ? [] : ['unknown' as const]),
    ]),
  )
