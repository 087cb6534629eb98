// Verdicts that differ between two results of one question. Of repetitions the worst counts.
import type { Result } from '#engine/run/summary.ts'
import { type Verdict, worst } from '#engine/checks/verdict.ts'
import type { Pair } from './pairs.ts'

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

/** Checks and variants that only one side has are not here, but in `onlyIn`. */
export function verdictsThatDiffer({ name: of, one, other }: Pair): VerdictChange[] {
  const [ones, others] = [checksOf(one), checksOf(other)]
  const whole = { of, ...change(one, other), detail: other.find(({ failure }) => failure)?.failure ?? '' }
  const each = [...ones].flatMap(([key, before]): VerdictChange[] => {
    const after = others.get(key)
    const last = after?.find(({ verdict }) => verdict === worstOf(after))
    if (!after || !last) return []
    const { variant, name: check, detail } = last
    const { isWorse, ...verdicts } = change(before, after)
    return [{ of, variant, check, ...verdicts, isWorse: isWorse && !isLeftOut(other, variant), detail }]
  })
  return [whole, ...each].filter(row => row.one !== row.other)
}

/** Checks that one side has and the other has not, in words. */
export function checksOnlyIn({ name: of }: Pair, results: readonly Result[], others: readonly Result[]): string[] {
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

/** What a safeguard that is left out on purpose lets happen is no verdict on the model. */
const isLeftOut = (results: readonly Result[], variant: string): boolean =>
  results.some(({ variants }) =>
    variants.some(({ name, disabledSafeguard }) => name === variant && disabledSafeguard !== undefined),
  )
