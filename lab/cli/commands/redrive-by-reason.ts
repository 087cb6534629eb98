// `lab dead-letters redrive --reason`: redrives all dead letters of one reason.
// Guarantees: only those that were there at the start, the oldest first, at most `limit` of them and at most `rate` a second. One
// that came back after a redrive is parked: only its id redrives it again. Interrupted, killed or stopped by its broker, it
// leaves the rest as dead letters, and the next call goes on with them.
// Not promised: that a message is published once. After a kill, and where two of these run at once on Kafka, it may be published
// twice, which its consumer recognises by its order.
import { setTimeout as wait } from 'node:timers/promises'
import { ERROR_CODES, ERRORS, explain } from '#common/contracts/errors.ts'
import { thousands } from '#engine/experiment/define.ts'
import type { BrokerInspector, DeadLetter } from '#engine/experiment/model.ts'
import { INTERRUPTED, listenForInterrupt } from '../command-line.ts'
import { unknownName } from '../usage.ts'

export type BulkRedrive = {
  /** Exactly as a list of dead letters shows it. */
  reason: string
  /** At most so many a second. */
  rate: number
  limit: number
}

/** Whether a dead letter is redriven, or why not. */
type Fate = 'redrive' | 'other-reason' | 'parked' | 'without-content' | 'beyond-limit'
export type Fates = ReadonlyMap<DeadLetter, Fate>

const PROGRESS_MS = 1_000

/** Those of the table of errors that dead letters have, and RabbitMQ's own. They are no mistake where no dead letter has them now. */
const REASONS: readonly string[] = [
  ...ERROR_CODES.filter(code => ERRORS[code].settlement === 'dead-letter'),
  'delivery_limit',
]

/** @throws UsageError when there is no such reason */
export function fatesOf(letters: readonly DeadLetter[], { reason, limit }: Omit<BulkRedrive, 'rate'>): Fates {
  const reasons = [...new Set([...letters.map(letter => letter.reason), ...REASONS])]
  if (!reasons.includes(reason)) throw unknownName('reason', reason, reasons)
  let free = limit
  const withinLimit = (fate: Fate): Fate => (fate !== 'redrive' || free-- > 0 ? fate : 'beyond-limit')
  return new Map(letters.map(letter => [letter, withinLimit(fateOf(letter, reason))]))
}

function fateOf(letter: DeadLetter, reason: string): Fate {
  if (letter.reason !== reason) return 'other-reason'
  if (letter.isWithoutContent) return 'without-content'
  return letter.redrives ? 'parked' : 'redrive'
}

/** Sets the exit code where it is interrupted. @throws Error in one sentence when the broker stops it */
export async function redriveByReason(
  broker: Pick<BrokerInspector, 'visitDeadLetters'>,
  fates: Fates,
  request: BulkRedrive,
): Promise<void> {
  const { reason, rate } = request
  const left = new Set([...fates].flatMap(([{ id }, fate]) => (fate === 'redrive' ? [id] : [])))
  const total = left.size
  const signal = listenForInterrupt()
  const showProgress = progressLines(total)
  const turn = turns(rate, signal)
  let whyLeft = 'not reached'
  try {
    await broker.visitDeadLetters(async (letter, redrive) => {
      if (left.size === 0) return 'end'
      // One that came back meanwhile may have the id of one that was there at the start.
      if (!left.has(letter.id) || fateOf(letter, reason) !== 'redrive') return 'next'
      if (!(await turn())) return 'end'
      await redrive()
      left.delete(letter.id)
      showProgress(total - left.size)
      return 'next'
    })
    if (!signal.aborted) whyLeft = 'not found any more'
  } catch (error) {
    const why = explain(error)
    throw new Error(`The redrive stopped: ${why}; the rest are still dead letters, so give the command again.`, {
      cause: error,
    })
  } finally {
    console.log(`Redriven: ${thousands(total - left.size)}. ${restOf(fates, request, [left.size, whyLeft])}`)
  }
  if (signal.aborted) process.exitCode = INTERRUPTED
}

export const dryRunText = (fates: Fates, request: BulkRedrive): string =>
  `Would be redriven: ${thousands(countOf(fates, 'redrive'))}. ${restOf(fates, request)} Nothing was changed.`

/** @param unsent how many were to be redriven and were not, and why */
function restOf(fates: Fates, { limit }: BulkRedrive, unsent: [number, string] = [0, '']): string {
  const left: [number, string][] = [
    unsent,
    [countOf(fates, 'beyond-limit'), `beyond --limit ${limit}`],
    [countOf(fates, 'without-content'), 'of which nothing is kept'],
  ]
  const parked = countOf(fates, 'parked')
  const sum = left.reduce((all, [some]) => all + some, 0)
  const reasons = left.flatMap(([some, why]) => (some > 0 ? [`${thousands(some)} ${why}`] : []))
  return [
    `Parked: ${thousands(parked)}${parked > 0 ? ' (came back after a redrive; redrive each by its id)' : ''}.`,
    `Left: ${thousands(sum)}${sum > 0 ? ` (${reasons.join(', ')})` : ''}.`,
  ].join(' ')
}

const countOf = (fates: Fates, wanted: Fate): number => [...fates.values()].filter(fate => fate === wanted).length

export const FATE_TEXTS: Record<Fate, string> = {
  redrive: 'yes',
  'other-reason': 'no: another reason',
  parked: 'no: parked, it came back after a redrive',
  'without-content': 'no: nothing of it is kept',
  'beyond-limit': 'no: beyond --limit',
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

function progressLines(total: number): (done: number) => void {
  let shownMs = -Infinity
  return done => {
    const now = performance.now()
    if (now - shownMs < PROGRESS_MS) return
    shownMs = now
    process.stderr.write(`${thousands(done)} of ${thousands(total)} redriven\n`)
  }
}
