// What a comparison sets side by side: each model in each of its compositions, with the results of all its repetitions.
import type { Result } from '#engine/run/summary.ts'
import { type Verdict, worst } from '#engine/checks/verdict.ts'

export type Subject = {
  model: string
  variant: string
  /** Whether the composition stands for its model. */
  isFirst: boolean
  /** The safeguard that it leaves out on purpose. */
  leftOut: string | undefined
  results: Result[]
}

/** Of results of one fault and rate. @param models in the order in which they are shown */
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

/** By rate, the lowest first. */
export const byRate = (results: readonly Result[]): [number, Result[]][] =>
  [...Map.groupBy(results, ({ cell }) => cell?.ordersPerSecond ?? 0)].sort(([one], [other]) => one - other)

/** Of all its checks in all repetitions the worst; unknown where one could not be finished. */
export const verdictOf = ({ results, variant }: Pick<Subject, 'results' | 'variant'>): Verdict =>
  worst(
    results.flatMap(({ checks, trouble }): Verdict[] => [
      ...checks.filter(check => check.variant === variant).map(({ verdict }) => verdict),
      ...(trouble === undefined ? [] : ['unknown' as const]),
    ]),
  )
