/**
 * A check: one claim about a history, judged by nothing but the history; and its verdict.
 *
 * Guarantees: a history in which nothing was requested is vacuous for every check; `runCheck` never throws, and what a check
 * throws is an unknown verdict. Does not guarantee that a claim could have failed: each check says so itself.
 */
import type { History } from '../run/history.ts'

/** On one claim about a history: three-valued as Jepsen's, and a fourth for a check that could not have failed. */
export type Verdict = 'valid' | 'invalid' | 'unknown' | 'vacuous'

/**
 * `detail`: one sentence with the counts that it rests on; for an invalid one, the first offenders by id.
 * `found`: how many offend; absent where nothing was judged, or where there is nothing to count.
 */
export type CheckResult = { name: string; verdict: Verdict; detail: string; found?: number }

/** A pure function with its `name` as results show it, and the claim that it judges. */
export type Check = {
  (history: History): CheckResult
  readonly name: string
  readonly claim: string
}

export type Finding = Omit<CheckResult, 'name'>

const SHOWN = 3

export function defineCheck(name: string, claim: string, judge: (history: History) => Finding): Check {
  const check = (history: History): CheckResult =>
    history.attempts.length + history.raw.length === 0
      ? { name, ...vacuous('No order was requested.') }
      : { name, ...judge(history) }
  // A function's own `name` is read-only, and can only be defined.
  return Object.defineProperty(Object.assign(check, { claim }), 'name', { value: name })
}

/** The check's result; unknown, with the error's message, when it throws. */
export function runCheck(check: Check, history: History): CheckResult {
  try {
    return check(history)
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    return { name: check.name, verdict: 'unknown', detail: `The check itself failed: ${message}` }
  }
}

export const valid = (detail: string): Finding => ({ verdict: 'valid', detail })
export const invalid = (detail: string): Finding => ({ verdict: 'invalid', detail })
export const vacuous = (detail: string): Finding => ({ verdict: 'vacuous', detail })

/** Invalid with the first offenders when there are any; else vacuous when there was nothing to examine; else valid. Counts them. */
export function evaluateAll({
  examined,
  what,
  offenders,
}: {
  /** How many could have offended. */
  examined: number
  /** What they are, in the plural. */
  what: string
  /** Each names its order or message and what is wrong with it. */
  offenders: readonly string[]
}): Finding {
  if (offenders.length > 0) {
    const more = offenders.length > SHOWN ? `; and ${offenders.length - SHOWN} more` : ''
    const shown = offenders.slice(0, SHOWN).join('; ')
    const detail = `${offenders.length} found among ${examined} ${what}: ${shown}${more}.`
    return { verdict: 'invalid', detail, found: offenders.length }
  }
  if (examined === 0) return vacuous(`There were no ${what}.`)
  return { ...valid(`All ${examined} ${what} pass.`), found: 0 }
}

/** The worst first: one invalid check makes the whole invalid. */
const RANK: readonly Verdict[] = ['invalid', 'unknown', 'vacuous', 'valid']

/** The verdict of several; of none it is vacuous. */
export const worst = (verdicts: readonly Verdict[]): Verdict =>
  RANK.find(verdict => verdicts.includes(verdict)) ?? 'vacuous'

/** A load that sold out nothing says nothing about it, and all the same about the rest. */
const MAY_SAY_NOTHING = 'oversold'

/**
 * The verdict of a result: failure is unknown, and what happens because a safeguard is left out on purpose does not count.
 * Neither does an `oversold` that is vacuous.
 */
export function verdictOf({
  checks,
  variants,
  failure,
}: {
  checks: readonly { name?: string; verdict: Verdict; variant: string }[]
  variants: readonly { name: string; disabledSafeguard?: string }[]
  failure?: string | undefined
}): Verdict {
  const disabledSafeguard = new Set(
    variants.filter(variant => variant.disabledSafeguard !== undefined).map(({ name }) => name),
  )
  const counted = checks
    .filter(({ variant }) => !disabledSafeguard.has(variant))
    .filter(({ name, verdict }) => !(name === MAY_SAY_NOTHING && verdict === 'vacuous'))
    .map(({ verdict }) => verdict)
  return worst([...counted, ...(failure ? (['unknown'] as const) : [])])
}
