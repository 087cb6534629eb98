// Two runs side by side: conditions first, then verdicts, then measures.
import type { Result, Summary } from '#engine/run/summary.ts'
import { UsageError } from '../../cli/usage.ts'
import { type Condition, conditionsThatDiffer } from './conditions.ts'
import { compareMeasures, type MeasureDiff } from './measures.ts'
import { type Pair, pairUp } from './pairs.ts'
import { checksOnlyIn, type VerdictChange, verdictsThatDiffer } from './verdicts.ts'

export type Diff = {
  one: string
  other: string
  conditions: Condition[]
  /** What only one of the runs has, in words: experiments, their variants, their checks. */
  onlyOne: string[]
  onlyOther: string[]
  /** Of `onlyOne`, what counts as worse: all but what was found where a safeguard is left out. */
  missing: string[]
  verdicts: VerdictChange[]
  measures: MeasureDiff[]
}

/**
 * `all`: every measure, not only the columns of an experiment's table.
 * @throws UsageError where the runs have nothing in common: nothing could have got worse
 */
export function diffRuns(one: Summary, other: Summary, { all }: { all: boolean }): Diff {
  const { both, onlyOne, onlyOther } = pairUp(one.results, other.results)
  if (both.length === 0)
    throw new UsageError(
      `These runs have no experiment in common (${one.run} has ${list(onlyOne)}; ${other.run} has ${list(onlyOther)}); give two runs of the same.`,
    )
  return {
    one: one.run,
    other: other.run,
    conditions: conditionsThatDiffer(one, other, both),
    onlyOne: [...onlyOne, ...both.flatMap(pair => partsOnlyIn(pair, 'one', 'other'))],
    onlyOther: [...onlyOther, ...both.flatMap(pair => partsOnlyIn(pair, 'other', 'one'))],
    missing: [...onlyOne, ...both.flatMap(pair => partsOnlyIn(ofTheModel(pair), 'one', 'other'))],
    verdicts: both.flatMap(verdictsThatDiffer),
    measures: both.flatMap(pair => compareMeasures(pair, { all })),
  }
}

const list = (names: readonly string[]): string => names.join(', ') || 'none'

/** Verdicts that are worse, and those that are gone: what is not looked at any more must not pass for good. */
export const gotWorse = ({ verdicts, missing }: Pick<Diff, 'verdicts' | 'missing'>): number =>
  verdicts.filter(({ isWorse }) => isWorse).length + missing.length

/** Variants, and checks of those variants that both have. */
function partsOnlyIn(pair: Pair, side: 'one' | 'other', opposite: 'one' | 'other'): string[] {
  const known = variantsOf(pair[opposite])
  const missing = [...variantsOf(pair[side])].filter(name => !known.has(name))
  const shared = pair[side].map(result => ({
    ...result,
    checks: result.checks.filter(({ variant }) => !missing.includes(variant)),
  }))
  return [...missing.map(name => `${pair.name}: the variant ${name}`), ...checksOnlyIn(pair, shared, pair[opposite])]
}

/** The pair without what its first side left out on purpose, which is no verdict on the model. */
const ofTheModel = (pair: Pair): Pair => ({
  ...pair,
  one: pair.one.map(result => {
    const variants = result.variants.filter(({ disabledSafeguard }) => disabledSafeguard === undefined)
    const out = new Set(
      result.variants.filter(({ disabledSafeguard }) => disabledSafeguard !== undefined).map(({ name }) => name),
    )
    return { ...result, variants, checks: result.checks.filter(({ variant }) => !out.has(variant)) }
  }),
})

const variantsOf = (results: readonly Result[]): Set<string> =>
  new Set(results.flatMap(({ variants }) => variants.map(({ name }) => name)))
