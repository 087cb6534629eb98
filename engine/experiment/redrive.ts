/**
 * Redrives all dead letters of one reason.
 *
 * Guarantees: only those that were there at the start, the oldest first, at most `limit` of them and at most `rate` a second. One
 * that came back after a redrive is parked. Stopped, killed or left by its broker, it leaves the rest as dead letters, and the next
 * call goes on with them.
 * Not promised: that a message is published once. After a kill, and where two of these run at once on Kafka, it may be published
 * twice, which its consumer recognises by its order.
 */
import { setTimeout as wait } from 'node:timers/promises'
import type { BrokerInspector, DeadLetter } from './model.ts'

export type BulkRedrive = {
  /** Exactly as a list of dead letters shows it. */
  reason: string
  /** At most so many a second. */
  rate: number
  limit: number
}

/** Whether a dead letter is redriven, or why not. */
export type Fate = 'redrive' | 'other-reason' | 'parked' | 'without-content' | 'beyond-limit'
export type Fates = ReadonlyMap<DeadLetter, Fate>

/** Of the dead letters, the oldest first. */
export function fatesOf(letters: readonly DeadLetter[], { reason, limit }: Omit<BulkRedrive, 'rate'>): Fates {
  let free = limit
  const withinLimit = (fate: Fate): Fate => (fate !== 'redrive' || free-- > 0 ? fate : 'beyond-limit')
  return new Map(letters.map(letter => [letter, withinLimit(fateOf(letter, reason))]))
}

function fateOf(letter: DeadLetter, reason: string): Fate {
  if (letter.reason !== reason) return 'other-reason'
  if (letter.isWithoutContent) return 'without-content'
  return letter.redrives ? 'parked' : 'redrive'
}

export const countOf = (fates: Fates, wanted: Fate): number =>
  [...fates.values()].filter(fate => fate === wanted).length

/**
 * Resolves when all are redriven that are to be, are there and are reached before `signal` ends it.
 * @param onRedriven is told after each how many there were
 * @throws Error when the broker stops it
 */
export async function redriveAll(
  broker: Pick<BrokerInspector, 'visitDeadLetters'>,
  fates: Fates,
  { reason, rate }: BulkRedrive,
  { signal, onRedriven = () => {} }: { signal: AbortSignal; onRedriven?(done: number): void },
): Promise<void> {
  const left = new Set([...fates].flatMap(([{ id }, fate]) => (fate === 'redrive' ? [id] : [])))
  const total = left.size
  const turn = turns(rate, signal)
  await broker.visitDeadLetters(async (letter, redrive) => {
    if (left.size === 0) return 'end'
    // One that came back meanwhile may have the id of one that was there at the start.
    if (!left.has(letter.id) || fateOf(letter, reason) !== 'redrive') return 'next'
    if (!(await turn())) return 'end'
    await redrive()
    left.delete(letter.id)
    onRedriven(total - left.size)
    return 'next'
  })
}

/** Resolves when the next one may be sent, with false once it is interrupted. What was late is not made up for. */
function turns(rate: number, signal: AbortSignal): () => Promise<boolean> {
  let dueMs = 0
  return async () => {
    const early = Math.ceil(dueMs - performance.now())
    if (early > 0) await wait(early, undefined, { signal }).catch(() => {})
    dueMs = performance.now() + 1_000 / rate
    return !signal.aborted
  }
}
