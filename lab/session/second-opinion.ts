/**
 * What the second judge says of a history where the checks say another thing. Does not change a verdict: the result is that of the
 * checks. A history of very many orders is not given to it: it holds each fact a second time.
 */
import type { CheckResult } from '#engine/checks/check.ts'
import { NOTE } from '#engine/second-judge/claims.ts'
import { judgeAgain, LINEARIZABLE } from '#engine/second-judge/judge.ts'

const SHOWN = 3

/** Attempts that a history may have for the second judge. */
export const MOST_ATTEMPTS = 250_000

/** One sentence for each claim on which they disagree. @param checks of the same history */
export function disagreements(checks: readonly CheckResult[], history: unknown): string[] {
  return judgeAgain(history).flatMap(({ claim, verdict, found }) => {
    const shown = found.slice(0, SHOWN).join(', ')
    if (claim === LINEARIZABLE) {
      // A check that is invalid explains why stock was not there, or was.
      const isExplained = checks.some(check => check.verdict === 'invalid')
      return verdict === 'invalid' && !isExplained
        ? [`no check is invalid, and the second judge finds that stock is not linearizable (${shown})`]
        : []
    }
    if (claim === NOTE) {
      const isFound = checks.some(({ name, verdict: of }) => name === 'content' && of !== 'valid')
      return verdict === 'invalid' && !isFound
        ? [`content is valid, and the second judge finds another note than was sent (${shown})`]
        : []
    }
    const check = checks.find(({ name }) => name === claim)
    if (!check || check.verdict === 'unknown' || (check.verdict === 'invalid') === (verdict === 'invalid')) return []
    return [`${claim} is ${check.verdict}, and for the second judge ${verdict}${shown && ` (${shown})`}`]
  })
}
