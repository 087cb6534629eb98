/**
 * A check: one claim about a history, judged by nothing but the history.
 *
 * Guarantees: a history in which nothing was asked is vacuous for every check; `runCheck` never throws, and what a check
 * throws is an unknown verdict. Does not guarantee that a claim could have failed: each check says so itself.
 */
import type { History } from '../run/history.ts'
import type { CheckResult } from './verdict.ts'

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
      ? { name, ...vacuous('Nothing was asked.') }
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
export const vacuous = (detail: string): Finding => ({ verdict: 'vacuous', detail })

/** Invalid with the first offenders when there are any; else vacuous when nothing was looked at; else valid. Counts them. */
export function evaluateAll({
  looked,
  what,
  offenders,
}: {
  /** How many things could have offended. */
  looked: number
  /** What they are, in the plural. */
  what: string
  /** Each names its order or message and what is wrong with it. */
  offenders: readonly string[]
}): Finding {
  if (offenders.length > 0) {
    const more = offenders.length > SHOWN ? `; and ${offenders.length - SHOWN} more` : ''
    const shown = offenders.slice(0, SHOWN).join('; ')
    const detail = `${offenders.length} found among ${looked} ${what}: ${shown}${more}.`
    return { verdict: 'invalid', detail, found: offenders.length }
  }
  if (looked === 0) return vacuous(`There were no ${what}.`)
  return { ...valid(`All of ${looked} ${what}.`), found: 0 }
}
