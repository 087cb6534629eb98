// The result of an experiment, put together from its judged variants, and where a run keeps the history of each.
import { join } from 'node:path'
import type { Experiment, Variant, VariantResult } from '../experiment/define.ts'
import type { Profile } from '../experiment/profile.ts'
import { quantilesOf } from '../analysis/latency/quantiles.ts'
import { ordersOf } from '../analysis/order-points.ts'
import { marksOf, seriesOf } from '../analysis/series.ts'
import type { Result } from './summary.ts'
import { verdictOf } from '../checks/verdict.ts'

export type Parts = {
  experiment: Experiment
  name: string
  profile: Profile
  variants: readonly Variant[]
  /** Those of the variants that could be finished. */
  results: readonly VariantResult[]
  seconds: number
  failure: string | undefined
}

export function resultOf({ experiment, name, profile, variants, results, seconds, failure }: Parts): Result {
  const checks = results.flatMap(({ variant, checks }) => checks.map(check => ({ ...check, variant: variant.name })))
  const whole = results.length === variants.length
  if (whole) checks.push(...(experiment.compare?.(results) ?? []).map(check => ({ ...check, variant: 'all' })))
  const verdict = verdictOf({ checks, variants, failure })
  return {
    model: experiment.model.name,
    experiment: name,
    title: experiment.title,
    question: experiment.question,
    profile,
    settings: experiment.profiles[profile],
    variants: variants.map(({ name, about, environment = {}, durability, disabledSafeguard }) => ({
      name,
      about,
      environment,
      ...(durability && { durability }),
      ...(disabledSafeguard && { disabledSafeguard }),
    })),
    durability: experiment.model.durability,
    concurrency: experiment.model.defaultConcurrency,
    verdict,
    checks,
    measures: results.flatMap(({ measures }) => measures),
    columns: experiment.columns,
    series: results.flatMap(({ variant, history }) => [
      ...seriesOf(variant.name, history),
      ...(variant.series?.(history) ?? []).map(curve => ({ variant: variant.name, ...curve })),
    ]),
    marks: results.flatMap(({ variant, history }) => marksOf(variant, history)),
    ...(experiment.showsOrders && { orders: results.map(({ variant, history }) => ordersOf(variant.name, history)) }),
    quantiles: results.flatMap(({ variant, history }) => quantilesOf(variant.name, history)),
    // The sentences say what the checks have shown; without that there is nothing to say.
    explanation: verdict === 'valid' ? experiment.explain(results) : [],
    seconds,
    ...(failure && { failure: failure }),
  }
}

/** As files and prefixes name a variant. */
export const slugOf = (variant: string): string => variant.replaceAll(/[^a-z0-9]+/gi, '-').toLowerCase()

/** @param folder of the experiment in its run */
export const historyFile = (folder: string, variant: string): string => join(folder, `${slugOf(variant)}.history.json`)
