// Two runs side by side: conditions first, then verdicts, then measures.
import type { Result, Summary, Measure } from '#engine/run/summary.ts'
import { UsageError } from '../../cli/usage.ts'
import { type Verdict, worst } from '#engine/checks/check.ts'
import { compare, repeated } from '#engine/analysis/repetitions.ts'
import { countedChecks, cpusText, withoutSafeguard } from '../terminal/report.ts'
import { NOTHING, numberText } from '../terminal/table.ts'

export type Diff = {
  one: string
  other: string
  conditions: Condition[]
  /** Experiments, variants and checks that only one of the runs has. */
  onlyOne: string[]
  onlyOther: string[]
  /** Of `onlyOne`, what counts as worse: all but variants that leave out a safeguard on purpose. */
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

/** Verdicts that are worse or missing: a check that is no longer evaluated must not pass for valid. */
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

/** The pair without the first side's variants that leave out a safeguard on purpose, which do not count for the model. */
const ofTheModel = (pair: Pair): Pair => ({
  ...pair,
  one: pair.one.map(result => ({
    ...result,
    variants: result.variants.filter(({ disabledSafeguard }) => disabledSafeguard === undefined),
    checks: countedChecks(result),
  })),
})

const variantsOf = (results: readonly Result[]): Set<string> =>
  new Set(results.flatMap(({ variants }) => variants.map(({ name }) => name)))

// Results of two runs that answer the same question, side by side. Those of one cell of a comparison (the same model, scenario
// and rate) are repetitions of one measurement.

/** Neither side is empty; several results of a side are its repetitions. */
type Pair = { name: string; one: readonly Result[]; other: readonly Result[] }

function pairUp(oneResults: readonly Result[], otherResults: readonly Result[]) {
  const ones = Map.groupBy(oneResults, nameOf)
  const others = Map.groupBy(otherResults, nameOf)
  return {
    both: [...ones].flatMap(([name, one]): Pair[] => {
      const other = others.get(name)
      return other ? [{ name, one, other }] : []
    }),
    onlyOne: [...ones.keys()].filter(name => !others.has(name)),
    onlyOther: [...others.keys()].filter(name => !ones.has(name)),
  }
}

const nameOf = ({ model, experiment, cell }: Result): string =>
  `${model}/${cell ? `${cell.scenario} at ${cell.ordersPerSecond} orders/s` : experiment}`

// Conditions that differ between two runs: a difference in the numbers may come from them and not from the code compared.

/** A condition, with its value in each run. */
export type Condition = { what: string; one: string; other: string }

const ABSENT = 'none'

/** Those that differ: of the runs, then of each pair of results. */
function conditionsThatDiffer(one: Summary, other: Summary, pairs: readonly Pair[]): Condition[] {
  return [
    ...differing('', ofRun(one), ofRun(other)),
    ...pairs.flatMap(pair => differing(`${pair.name}: `, ofResults(pair.one), ofResults(pair.other))),
  ]
}

function differing(prefix: string, one: Record<string, string>, other: Record<string, string>): Condition[] {
  return [...new Set([...Object.keys(one), ...Object.keys(other)])]
    .filter(what => one[what] !== other[what])
    .map(what => ({ what: prefix + what, one: one[what] ?? ABSENT, other: other[what] ?? ABSENT }))
}

function ofRun({ lab, machine, brokers, seed, profile, runtime, cpus }: Summary): Record<string, string> {
  const { system, cpu, cores, memoryGb, node } = machine
  return {
    ...(lab !== undefined && { lab }),
    profile,
    runtime,
    seed: String(seed),
    ...(cpus && { CPUs: cpusText(cpus) }),
    machine: `${cores} × ${cpu}, ${memoryGb} GB`,
    system,
    node,
    ...Object.fromEntries(
      Object.entries(brokers).map(([kind, { version, source }]) => [kind, `${version} (${source})`]),
    ),
  }
}

/** Those of the first repetition: all share their settings. */
function ofResults(results: readonly Result[]): Record<string, string> {
  const [result] = results
  if (!result) return {}
  const { settings, concurrency, durability, variants } = result
  return {
    repetitions: String(results.length),
    ...Object.fromEntries(Object.entries(settings).map(([name, value]) => [name, String(value)])),
    'concurrency (orders at once)': String(concurrency),
    'where an accepted order was': durability,
    ...Object.assign({}, ...variants.map(ofVariant)),
  }
}

function ofVariant(variant: Result['variants'][number]): Record<string, string> {
  const { name, environment, durability, disabledSafeguard } = variant
  const all = Object.entries(environment).flatMap(([service, values]) =>
    Object.entries(values).map(([key, value]) => [`${name}, ${service} ${key}`, value] as const),
  )
  return {
    ...Object.fromEntries(all),
    ...(durability !== undefined && { [`${name}, where an accepted order was`]: durability }),
    ...(disabledSafeguard !== undefined && { [`${name}, left out`]: disabledSafeguard }),
  }
}

// Verdicts that differ between two results of one question. Of repetitions the worst counts.

/** `check` and `variant` are absent where it is the verdict of the whole result. `detail` is of the second run. */
export type VerdictChange = {
  of: string
  variant?: string
  check?: string
  one: Verdict
  other: Verdict
  isWorse: boolean
  detail: string
}

/** Checks and variants that only one side has are not here, but in `onlyOne` and `onlyOther`. */
function verdictsThatDiffer({ name: of, one, other }: Pair): VerdictChange[] {
  const [ones, others] = [checksOf(one), checksOf(other)]
  const whole = { of, ...change(one, other), detail: other.find(({ failure }) => failure)?.failure ?? '' }
  const each = [...ones].flatMap(([key, before]): VerdictChange[] => {
    const after = others.get(key)
    const last = after?.find(({ verdict }) => verdict === worstOf(after))
    if (!after || !last) return []
    const { variant, name: check, detail } = last
    const { isWorse, ...verdicts } = change(before, after)
    // A finding in a variant that leaves out a safeguard on purpose does not count for the model.
    const isCounted = !other.some(result => withoutSafeguard(result).has(variant))
    return [{ of, variant, check, ...verdicts, isWorse: isWorse && isCounted, detail }]
  })
  return [whole, ...each].filter(row => row.one !== row.other)
}

/** Checks that one side has and the other has not, in words. */
function checksOnlyIn({ name: of }: Pair, results: readonly Result[], others: readonly Result[]): string[] {
  const known = checksOf(others)
  const missing = [...checksOf(results)].flatMap(([key, [check]]) => (check && !known.has(key) ? [check] : []))
  return [...Map.groupBy(missing, ({ name }) => name)].map(
    ([check, places]) => `${of}: the check ${check} (${places.map(({ variant }) => variant).join('; ')})`,
  )
}

type Judged = { verdict: Verdict }

const worstOf = (judged: readonly Judged[]): Verdict => worst(judged.map(({ verdict }) => verdict))

function change(before: readonly Judged[], after: readonly Judged[]) {
  const [one, other] = [worstOf(before), worstOf(after)]
  return { one, other, isWorse: one !== other && worst([one, other]) === other }
}

const checksOf = (results: readonly Result[]) =>
  Map.groupBy(
    results.flatMap(({ checks }) => checks),
    ({ name, variant }) => JSON.stringify([variant, name]),
  )

// Measures of two results of one question side by side. Guarantees: a difference is claimed only between repetitions whose
// spreads do not touch, and never where a figure that is "at least" could be on the other side of the spread; a void or a missing
// measure is named as such. Does not guarantee that a difference comes from the code compared: conditions that differ are
// listed separately.

/** `values`: those of the repetitions that have one. `void`: how many have none, because of `note`. */
export type Side = { values: number[]; atLeast: boolean; void: number; note?: string }

/** `difference`: how the second run differs from the first. */
export type MeasureDiff = {
  of: string
  variant: string
  name: string
  unit: string
  one: Side
  other: Side
  difference: string
}

/** Those of the columns of either, or all, of the variants that both have. */
function compareMeasures({ name: of, one, other }: Pair, { all }: { all: boolean }): MeasureDiff[] {
  const results = [...one, ...other]
  const [ones, others] = [one.flatMap(({ measures }) => measures), other.flatMap(({ measures }) => measures)]
  const columns = new Set(results.flatMap(result => result.columns))
  const theirs = new Set(others.map(({ variant }) => variant))
  const variants = [...new Set(ones.map(({ variant }) => variant))].filter(name => theirs.has(name))
  return variants.flatMap(variant => {
    const measured = [...ones, ...others].filter(measure => measure.variant === variant)
    const names = all ? [...new Set(measured.map(({ name }) => name))] : [...columns]
    return names.flatMap(name => {
      const these = measured.filter(measure => measure.name === name)
      const units = [...new Set(these.map(({ unit }) => unit))]
      if (units.length === 0) return []
      const isThis = (measure: Measure) => measure.variant === variant && measure.name === name
      const sides = { one: sideOf(ones.filter(isThis)), other: sideOf(others.filter(isThis)) }
      const difference = units.length > 1 ? `not comparable: in ${units.join(' and in ')}` : differenceOf(sides)
      return [{ of, variant, name, unit: units.join(', '), ...sides, difference }]
    })
  })
}

function sideOf(measures: readonly Measure[]): Side {
  const empty = measures.filter(({ value }) => value === null)
  const note = empty.find(measure => measure.note !== undefined)?.note
  return {
    values: measures.flatMap(({ value }) => (value === null ? [] : [value])),
    atLeast: measures.some(({ atLeast }) => atLeast),
    void: empty.length,
    ...(note !== undefined && { note }),
  }
}

function differenceOf({ one, other }: { one: Side; other: Side }): string {
  const why = [whyNothing(one, 'first'), whyNothing(other, 'second')].filter(text => text !== undefined)
  if (why.length > 0) return why.join('; ')
  const { verdict, ratio, text } = compare(repeated(other.values), repeated(one.values))
  if (verdict === 'unknown') return 'not repeated'
  if (verdict === 'indistinguishable') return verdict
  const [low, high] = verdict === 'lower' ? [other, one] : [one, other]
  if (low.atLeast) return 'unknown: the lower is only "at least"'
  const bound = verdict === 'lower' ? 'at most' : 'at least'
  return high.atLeast && ratio !== undefined ? `${verdict}, ${bound} ×${ratio.toFixed(2)}` : text
}

/** Where some repetitions are void, the others would flatter: void values are seldom void by chance. */
function whyNothing({ values, void: empty, note }: Side, which: string): string | undefined {
  if (empty === 0) return values.length > 0 ? undefined : `not measured in the ${which}`
  return `void ${values.length > 0 ? 'in part ' : ''}in the ${which}${note === undefined ? '' : `: ${note}`}`
}

/** `4.21`, `≥ 5,000`, or of repetitions `4.21 (3.90 to 4.80)`, with how many of them are void. */
export function sideText({ values, atLeast, void: empty }: Side, unit: string): string {
  if (values.length === 0) return NOTHING
  const { median, low, high, repetitions } = repeated(values)
  const shown = (value: number) => numberText({ value, unit })
  const spread = repetitions > 1 ? ` (${shown(low)} to ${shown(high)})` : ''
  const gaps = empty > 0 ? `, ${empty} of ${empty + repetitions} void` : ''
  return `${numberText({ value: median, unit, atLeast })}${spread}${gaps}`
}
