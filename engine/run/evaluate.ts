// Evaluates a variant: its checks, measures and thresholds, from its history alone.
import { runCheck } from '../checks/check.ts'
import type { Variant, VariantResult } from '../experiment/define.ts'
import type { History } from './history.ts'
import { standardMeasures } from '../analysis/measures.ts'
import type { Measure } from './summary.ts'
import { evaluateThresholds } from '../analysis/thresholds/evaluate-threshold.ts'
import type { CheckResult } from '../checks/verdict.ts'

/** Checks whose findings are measures too, by the name of the measure: what no order may be. */
const COUNTED: Readonly<Record<string, string>> = {
  lost: 'lost',
  duplicated: 'duplicated',
  oversold: 'oversold',
  'all-resolved': 'unknown',
}

/** Its checks, then its measures, then the thresholds that these have to keep. */
export function evaluate(variant: Variant, history: History): VariantResult {
  const checks = variant.checks.map(check => runCheck(check, history))
  const own = [...(variant.measures?.(history) ?? []), ...counts(checks)]
  const measures = [...standardMeasures(history), ...own].map(measure => ({ variant: variant.name, ...measure }))
  checks.push(...evaluateThresholds(variant.thresholds ?? [], variant.name, measures))
  return { variant, history, measures, checks }
}

/** How many orders each of these checks found: the same code counts them and gives the verdict. */
const counts = (checks: readonly CheckResult[]): Omit<Measure, 'variant'>[] =>
  checks.flatMap(({ name, verdict, found }) => {
    const measure = COUNTED[name]
    if (measure === undefined) return []
    const note = found === undefined && { note: `the check ${name} is ${verdict}` }
    return { name: measure, unit: 'orders', value: found ?? null, ...note }
  })
