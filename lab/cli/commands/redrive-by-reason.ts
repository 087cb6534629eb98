// `lab dead-letters redrive --reason`: what it says while it redrives all dead letters of one reason, and after it.
import { ERROR_CODES, ERRORS, explain } from '#common/contracts/errors.ts'
import { thousands } from '#engine/experiment/define.ts'
import type { BrokerInspector, DeadLetter } from '#engine/experiment/model.ts'
import { type BulkRedrive, countOf, type Fate, type Fates, fatesOf, redriveAll } from '#engine/experiment/redrive.ts'
import { INTERRUPTED, listenForInterrupt } from '../command-line.ts'
import { unknownName } from '../usage.ts'

const PROGRESS_MS = 1_000

/** Those of the table of errors that dead letters have, and RabbitMQ's own. They are no mistake where no dead letter has them now. */
const REASONS: readonly string[] = [
  ...ERROR_CODES.filter(code => ERRORS[code].settlement === 'dead-letter'),
  'delivery_limit',
]

/** @throws UsageError when there is no such reason */
export function fatesOfReason(letters: readonly DeadLetter[], request: Omit<BulkRedrive, 'rate'>): Fates {
  const reasons = [...new Set([...letters.map(letter => letter.reason), ...REASONS])]
  if (!reasons.includes(request.reason)) throw unknownName('reason', request.reason, reasons)
  return fatesOf(letters, request)
}

/** Sets the exit code where it is interrupted. @throws Error in one sentence when the broker stops it */
export async function redriveByReason(
  broker: Pick<BrokerInspector, 'visitDeadLetters'>,
  fates: Fates,
  request: BulkRedrive,
): Promise<void> {
  const total = countOf(fates, 'redrive')
  const signal = listenForInterrupt()
  const showProgress = progressLines(total)
  let done = 0
  let whyLeft = 'not reached'
  try {
    await redriveAll(broker, fates, request, { signal, onRedriven: now => showProgress((done = now)) })
    if (!signal.aborted) whyLeft = 'not found any more'
  } catch (error) {
    const why = explain(error)
    throw new Error(`The redrive stopped: ${why}; the rest are still dead letters, so give the command again.`, {
      cause: error,
    })
  } finally {
    console.log(`Redriven: ${thousands(done)}. ${restOf(fates, request, [total - done, whyLeft])}`)
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

export const FATE_TEXTS: Record<Fate, string> = {
  redrive: 'yes',
  'other-reason': 'no: another reason',
  parked: 'no: parked, it came back after a redrive',
  'without-content': 'no: nothing of it is kept',
  'beyond-limit': 'no: beyond --limit',
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
