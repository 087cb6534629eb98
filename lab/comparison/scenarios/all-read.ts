// The check of all readers: what they have read is held against inventory's decisions, which no model's reader reads.
import { type Check, defineCheck, vacuous, valid } from '#engine/checks/check.ts'
import { digestOf } from '#engine/experiment/new-reader.ts'
import type { History } from '#engine/run/history.ts'

/** By one reader. `excuse`: a sentence why nothing is known of it, unless it has read something else. */
export type Read = { orders: number; digest: string; excuse?: string }

export const allRead = (claim: string, readIn: (history: History) => readonly Read[]): Check =>
  defineCheck('all-read', claim, history => {
    const decided = history.evidence.decisions.map(({ orderId, outcome }) => [orderId, outcome.status] as const)
    if (decided.length === 0) return vacuous('There were no decisions.')
    const digest = digestOf(decided)
    const reads = readIn(history)
    const wrong = reads.find(
      read => read.digest !== digest && (read.excuse === undefined || read.orders >= decided.length),
    )
    if (wrong) {
      const what = wrong.orders === decided.length ? 'another outcome or another order' : `${wrong.orders} orders`
      return {
        verdict: 'invalid',
        detail: `${nameIn(reads, wrong)} read ${what}, where ${decided.length} were decided.`,
      }
    }
    const [excuse = reads.length === 0 ? 'What was read is not known.' : undefined] = reads.flatMap(
      read => read.excuse ?? [],
    )
    if (excuse !== undefined) return { verdict: 'unknown', detail: excuse }
    const who = reads.length === 1 ? 'It' : `Each of ${reads.length} readers`
    return valid(`${who} read the outcomes of ${decided.length} orders, each as it was decided.`)
  })

const nameIn = (reads: readonly Read[], one: Read): string =>
  reads.length === 1 ? 'It' : `Reader ${reads.indexOf(one) + 1} of ${reads.length}`
