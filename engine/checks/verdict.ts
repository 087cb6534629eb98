// A verdict on one claim about a history. Three-valued as Jepsen's, and a fourth for a check that could not have failed.

export type Verdict = 'valid' | 'invalid' | 'unknown' | 'vacuous'

/**
 * `detail`: one sentence with the counts that it rests on; for an invalid one, the first offenders by id.
 * `found`: how many offend; absent where nothing was judged, or where there is nothing to count.
 */
export type CheckResult = { name: string; verdict: Verdict; detail: string; found?: number }

/** The worst first: one invalid check makes the whole invalid. */
const RANK: readonly Verdict[] = ['invalid', 'unknown', 'vacuous', 'valid']

/** The verdict of several; of none it is vacuous. */
export const worst = (verdicts: readonly Verdict[]): Verdict =>
  RANK.find(verdict => verdicts.includes(verdict)) ?? 'vacuous'

/** The verdict of a result: failure is unknown, and what a safeguard that is left out on purpose lets happen counts for nothing. */
export function verdictOf({
  checks,
  variants,
  failure,
}: {
  checks: readonly { verdict: Verdict; variant: string }[]
  variants: readonly { name: string; disabledSafeguard?: string }[]
  failure?: string | undefined
}): Verdict {
  const disabledSafeguard = new Set(
    variants.filter(variant => variant.disabledSafeguard !== undefined).map(({ name }) => name),
  )
  const counted = checks.filter(({ variant }) => !disabledSafeguard.has(variant)).map(({ verdict }) => verdict)
  return worst([...counted, ...(failure ? (['unknown'] as const) : [])])
}
