// Judges and measures a variant, from its history alone.
import { runCheck } from '../checks/check.ts'
import type { Variant, VariantResult } from '../experiment/define.ts'
import type { History } from './history.ts'
import { standardMeasures } from '../analysis/measures.ts'
import type { Measure } from './summary.ts'
import { judgeThresholds } from '../analysis/thresholds/evaluate-threshold.ts'
import type { CheckResult } from '../checks/verdict.ts'

const AMISS = ['lost', 'doubled', 'oversold', 'unknown']

/** Its checks, then its measures, then the thresholds that these have to keep. */
export function judge(variant: Variant, history: History): VariantResult {
  const checks = variant.checks.map(check => runCheck(check, history))
  const own = [...(variant.measures?.(history) ?? []), ...amiss(checks)]
  const measures = [...standardMeasures(history), ...own].map(measure => ({ variant: variant.name, ...measure }))
  checks.push(...judgeThresholds(variant.thresholds ?? [], variant.name, measures))
  return { variant, history, measures, checks }
}

/** How many orders each of these checks found: the same code counts them and gives the verdict. */
const amiss = (checks: readonly CheckResult[]): Omit<Measure, 'variant'>[] =>
  checks
    .filter(({ name }) => AMISS.includes(name))
    .map(({ name, verdict, found }) => ({
      name,
      unit: 'orders',
      value: found ?? null,
      ...(found === undefined && { note: `the check ${name} is ${verdict}` }),
    }))
