// Evaluates a variant (its checks, measures and thresholds, from its history alone), puts the result of an experiment together
// from its evaluated variants, and says where a run keeps the history of each.
import { join } from 'node:path'
import type { Experiment, Variant, VariantResult } from '../experiment/define.ts'
import { quantilesOf, ordersOf, marksOf, seriesOf } from '../analysis/plots.ts'
import type { Measure, Profile, Result, VariantFacts } from './summary.ts'
import { verdictOf, runCheck, type CheckResult } from '../checks/check.ts'
import type { History } from './history.ts'
import { whileJudged } from './once.ts'
import { canBeShown } from '../analysis/latency.ts'
import { standardMeasures, unlessPaused } from '../analysis/measures.ts'
import { evaluateThresholds } from '../analysis/thresholds.ts'

/** Checks whose findings are measures too, by the name of the measure: what no order may be. */
const COUNTED: Readonly<Record<string, string>> = {
  lost: 'lost',
  duplicated: 'duplicated',
  oversold: 'oversold',
  'all-resolved': 'unknown',
}

/** Its checks, then its measures, then the thresholds that these have to keep. */
export function evaluate(variant: Variant, history: History): VariantResult {
  const checks = whileJudged(history, () => variant.checks.map(check => runCheck(check, history)))
  const found = whileJudged(history, () => [...standardMeasures(history), ...(variant.measures?.(history) ?? [])])
  const measures = [...unlessPaused(history, found), ...counts(checks)].map(measure => ({
    variant: variant.name,
    ...measure,
  }))
  checks.push(...evaluateThresholds(variant.thresholds ?? [], variant.name, measures))
  return { variant, history, measures, checks }
}

/** How many orders each of these checks found: the same code counts them and gives the verdict. */
const counts = (checks: readonly CheckResult[]): Omit<Measure, 'variant'>[] =>
  checks.flatMap(({ name, verdict, detail, found }) => {
    const measure = COUNTED[name]
    if (measure === undefined) return []
    const note = found === undefined && { note: verdict === 'vacuous' ? detail : `the check ${name} is ${verdict}` }
    return { name: measure, unit: 'orders', value: found ?? null, ...note }
  })

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

/** The columns of its table: without a percentile for which no variant has enough orders, as planned. */
export const columnsOf = ({ columns }: Pick<Experiment, 'columns'>, variants: readonly Variant[]): string[] =>
  columns.filter(name => variants.some(({ load }) => canBeShown(name, load.orders)))

export function resultOf({ experiment, name, profile, variants, results, seconds, failure }: Parts): Result {
  const checks = results.flatMap(({ variant, checks }) => checks.map(check => ({ ...check, variant: variant.name })))
  const all = results.length === variants.length ? results : []
  if (all.length > 0) checks.push(...(experiment.compare?.(all) ?? []).map(check => ({ ...check, variant: 'all' })))
  const verdict = verdictOf({ checks, variants, failure })
  const curves = results.map(result => whileJudged(result.history, () => curvesOf(result, experiment)))
  return {
    model: experiment.model.name,
    experiment: name,
    title: experiment.title,
    question: experiment.question,
    profile,
    settings: experiment.profiles[profile],
    variants: variants.map(variant => factsOf(variant, results.find(each => each.variant === variant)?.history)),
    durability: experiment.model.durability,
    concurrency: experiment.model.defaultConcurrency,
    verdict,
    checks,
    measures: [
      ...results.flatMap(({ measures }) => measures),
      ...(all.length > 0 ? (experiment.acrossVariants?.(all) ?? []) : []),
    ],
    columns: columnsOf(experiment, variants),
    series: curves.flatMap(({ series }) => series),
    marks: results.flatMap(({ variant, history }) => marksOf(variant, history)),
    ...(experiment.showsOrders && { orders: curves.flatMap(({ orders }) => orders ?? []) }),
    quantiles: curves.flatMap(({ quantiles }) => quantiles),
    // The sentences say what the checks have shown; without that there is nothing to say.
    explanation: verdict === 'valid' ? experiment.explain(results) : [],
    seconds,
    ...(failure && { failure }),
  }
}

const factsOf = (
  { name, about, environment = {}, durability, disabledSafeguard, load, setByFault }: Variant,
  { discarded = [] }: Partial<Pick<History, 'discarded'>> = {},
): VariantFacts => ({
  name,
  about,
  environment,
  ...(durability && { durability }),
  ...(load.arrivals === 'poisson' && { arrivals: load.arrivals }),
  ...(discarded.length > 0 && { discarded }),
  ...(disabledSafeguard && { disabledSafeguard }),
  ...(setByFault && { setByFault }),
})

/** Of one variant. */
const curvesOf = ({ variant, history }: VariantResult, { showsOrders }: Experiment) => ({
  series: [
    ...seriesOf(variant.name, history),
    ...(variant.series?.(history) ?? []).map(curve => ({ variant: variant.name, ...curve })),
  ],
  orders: showsOrders ? ordersOf(variant.name, history) : undefined,
  quantiles: quantilesOf(variant.name, history),
})

/** As files and prefixes name a variant. */
export const slugOf = (variant: string): string => variant.replaceAll(/[^a-z0-9]+/gi, '-').toLowerCase()

/** @param folder of the experiment in its run */
export const historyFile = (folder: string, variant: string): string => join(folder, `${slugOf(variant)}.history.zst`)
