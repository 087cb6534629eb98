// Which orders are taken to be reserved: those that can be in time. CONCURRENCY of them are at inventory at once, and as many may
// wait for a slot. An inventory that serves them side by side is as fast with all of them as with one; where it serves them one
// after the other, or few at once, that many would all be late, and be undone. That shows in how long calls take.
// Not promised: every slot of an inventory that serves side by side and always takes more than 0.6 of the deadline. Its calls look
// like those of a line, so fewer and fewer are admitted; a longer deadline (RESERVE_DEADLINE_MS) opens it again.
import { LabError } from '#common/contracts/errors.ts'
import type { Places } from '#common/service/occupancy.ts'

export type Admission = {
  /** @throws LabError `overloaded` when the work cannot be in time; it was not begun then */
  admit<Result>(work: () => Promise<Result>): Promise<Result>
  /** A call to inventory. `isAnswer`: what it throws may be an answer too. */
  timed(call: () => Promise<unknown>, isAnswer: (error: unknown) => boolean): Promise<void>
}

/** So much weight has the latest call in the typical duration of one. */
const WEIGHT = 0.1
/** Calls that take this share of the deadline are slow. */
const SLOW = 0.6
/** Calls that take less than this share of it are fast: a moment of slowness is over, and the limit doubles with each answer. */
const FAST = 0.2
/** While calls are slow so many are admitted of those that were answered within a deadline: with all of them each would need all of it. */
const KEPT = 0.8
/** With each answer that is not slow the limit rises by so much, up to CONCURRENCY. */
const GROWTH = 0.25

/** @param limits its `places` follow the limit @param now in milliseconds; a test sets it */
export function openAdmission(
  { deadlineMs, concurrency, places }: { deadlineMs: number; concurrency: number; places: Places },
  now = () => performance.now(),
): Admission {
  let admitted = 0
  let limit = concurrency
  /** One is admitted while fewer than the limit are: it takes the place that is there in part. */
  const moveTo = (newLimit: number) => places.setLimit(Math.ceil((limit = newLimit)))
  let typicalMs = 0
  /** The calls that have no answer yet, the oldest first. */
  const calls = new Set<{ beganMs: number }>()
  /** When the calls of the last deadline were answered. */
  const answers: number[] = []

  /** As long as a call takes, or more when one that is not done has taken longer: what was typical may be over. */
  function expectedMs(): number {
    const [oldest] = calls
    return oldest ? Math.max(typicalMs, now() - oldest.beganMs) : typicalMs
  }
  const isSlow = () => expectedMs() > SLOW * deadlineMs

  function hasRoom(): boolean {
    while ((answers[0] ?? Infinity) < now() - deadlineMs) answers.shift()
    // An inventory that answers nobody is left to the breaker.
    if (answers.length === 0) moveTo(concurrency)
    else if (isSlow()) moveTo(Math.min(concurrency, Math.max(1, KEPT * answers.length)))
    if (admitted < limit) return true
    // One that has to wait is admitted when half of the deadline is enough for those before it and for itself.
    const waitMs = (expectedMs() * (admitted + 1)) / concurrency
    return limit === concurrency && admitted < 2 * concurrency && waitMs <= deadlineMs / 2
  }

  function noteAnswer(): void {
    answers.push(now())
    const expected = expectedMs()
    if (expected < FAST * deadlineMs) moveTo(Math.min(concurrency, 2 * limit))
    else if (!isSlow()) moveTo(Math.min(concurrency, limit + GROWTH))
  }

  return {
    async admit(work) {
      if (!hasRoom())
        throw new LabError('overloaded', `${admitted} orders wait for inventory already; nothing was stored`)
      admitted++
      places.enter()
      try {
        return await work()
      } finally {
        admitted--
        places.leave()
      }
    },
    async timed(work, isAnswer) {
      const call = { beganMs: now() }
      calls.add(call)
      try {
        await work()
        noteAnswer()
      } catch (error) {
        if (isAnswer(error)) noteAnswer()
        throw error
      } finally {
        calls.delete(call)
        typicalMs += WEIGHT * (now() - call.beganMs - typicalMs)
      }
    },
  }
}
