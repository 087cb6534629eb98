/**
 * What the checks find of a lane while it is at work.
 *
 * Guarantees: these are the checks of a result, over what was read until now, and what they find stays found. An answer that came
 * after the last whole reading began counts as unknown, since the rows that it promises may not have been read. Whether an order is lost is
 * judged of those that no service still has to decide: an accepted order that is pending is undecided, and may yet be lost.
 * Does not replace the judgement at the end, which takes all checks and evidence that was read when all was quiet.
 */
import { duplicated, lost, unexpected } from '#engine/checks/orders.ts'
import { oversold } from '#engine/checks/stock.ts'
import { runCheck } from '#engine/checks/check.ts'
import type { Attempt } from '#engine/load/attempt.ts'
import { emptyHistory, type Evidence, type History } from '#engine/run/history.ts'
import { whileJudged } from '#engine/run/once.ts'
import type { Counters } from './page/protocol.ts'
import type { LiveOrders } from './orders.ts'

export type SoFar = {
  orders: Pick<LiveOrders, 'planned' | 'attempts' | 'inFlight'>
  evidence: Evidence
  raw: History['raw']
  openingStock: History['openingStock']
  /** When the evidence began to be read. */
  cutNs: number
}

type Found = Pick<Counters, 'lost' | 'duplicated' | 'oversold' | 'unexpected'>

export function judgeSoFar({ orders, evidence, raw, openingStock, cutNs }: SoFar): Found {
  const { planned, attempts, inFlight } = orders
  const open = [...inFlight].map(([index, begun]) =>
    unknown({ ...begun, index, orderId: planned[index]?.orderId ?? '' }),
  )
  const answered = attempts.map(attempt => ((attempt.answeredNs ?? 0) > cutNs ? unknown(attempt) : attempt))
  const history: History = { ...emptyHistory(openingStock), planned, attempts: [...answered, ...open], raw, evidence }
  const pending = new Set(evidence.orders.filter(({ status }) => status === 'pending').map(({ orderId }) => orderId))
  const decidable = { ...history, attempts: history.attempts.filter(({ orderId }) => !pending.has(orderId)) }
  const count = (check: typeof lost, of: History): number => runCheck(check, of).found ?? 0
  return {
    lost: whileJudged(decidable, () => count(lost, decidable)),
    ...whileJudged(history, () => ({
      duplicated: count(duplicated, history),
      oversold: count(oversold, history),
      unexpected: count(unexpected, history),
    })),
  }
}

const unknown = ({
  index,
  orderId,
  plannedNs,
  startedNs,
}: Pick<Attempt, 'index' | 'orderId' | 'plannedNs' | 'startedNs'>): Attempt => ({
  index,
  orderId,
  plannedNs,
  startedNs,
  attempt: 1,
  answer: { kind: 'aborted', atNs: startedNs, detail: 'it is not known yet' },
})
