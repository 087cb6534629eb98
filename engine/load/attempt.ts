// What a load leaves behind: every attempt with its answer, where not knowing is an answer too.
//
// Stamps are CLOCK_MONOTONIC in nanoseconds as plain numbers: comparable between processes of one kernel, and exact to
// the microsecond for any uptime (a double counts single nanoseconds up to 104 days).
import type { PlannedOrder } from './orders.ts'

export type Answer =
  /**
   * `text` is the beginning of the body. Where the body names them: `code` of the problem, `orderId`, and what it `says` that the
   * order is (its status); `isFinal` where it says that the order has failed for good. `retryAfterMs` where a header names it.
   */
  | {
      kind: 'status'
      status: number
      code?: string
      orderId?: string
      says?: string
      isFinal?: true
      retryAfterMs?: number
      text: string
    }
  /** No connection was made, so nothing was sent and nothing happened. */
  | { kind: 'refused'; atNs: number; detail: string }
  /** The connection broke, or carried no whole answer (`reset`); none in time (`deadline`); the load was stopped (`aborted`). */
  | { kind: 'reset' | 'deadline' | 'aborted'; atNs: number; detail: string }

export type Attempt = {
  /** The `index` of the order. */
  index: number
  orderId: string
  /** 1 for the first time that the order is sent, 2 for the next. */
  attempt: number
  plannedNs: number
  startedNs: number
  /** When the whole answer had been read; only where the answer is a status. */
  answeredNs?: number
  answer: Answer
  /** It is no start of the plan: its client tried again. */
  isRetry?: true
  /** Where the order was accepted, and its client follows it. */
  learned?: Learned
}

/** What a client that follows its order was told of it, and when; where it says nothing the client gave up then. */
export type Learned = {
  atNs: number
  says?: 'reserved' | 'failed'
  reason?: string
  /** How many it sent, after the one that placed the order, or how many webhooks came of it. */
  requests: number
}

/** A client asked for its order. Without a `status` there was no answer, and `detail` says why. */
export type Poll = {
  index: number
  orderId: string
  startedNs: number
  /** Or when it was given up. */
  answeredNs: number
  status?: number
  /** What the order is, and why, as the answer has it. */
  says?: string
  reason?: string
  detail?: string
  /** When all was quiet. */
  isLast?: true
}

export type LoadResult = {
  /** The moment from which the plan's offsets count. */
  originNs: number
  /** Of the kernel whose clock the stamps are of. */
  bootId: string
  /** In the sequence in which they were started. */
  attempts: Attempt[]
  /** Orders that clients placed in stead of others; they continue the list of orders. */
  inStead: PlannedOrder[]
  planned: number
  /** True when the load was stopped before its plan was done. */
  stopped: boolean
  deadlineMs: number
  wallMs: number
  /** Start minus plan of all attempts of the plan; undefined when none was started. */
  lateness?: { p50Ms: number; p99Ms: number; maxMs: number }
  /** CPU time of the generator's two threads while the load ran, of one core. */
  cpuShare: number
  /** `saturated`: attempts waited for a socket, so the loop was not open any more. */
  connections: { opened: number; peakInFlight: number; limit: number; saturated: boolean }
}

export type LoadProgress = {
  originNs: number
  planned: number
  started: number
  answered: number
  unanswered: number
  /** Every attempt has ended; clients may still follow their orders. */
  hasLanded?: true
}

/** Whether it is unknown that the order was placed: there was no answer, and it may have been sent. */
export function isUnknown(answer: Answer): boolean {
  return answer.kind === 'reset' || answer.kind === 'deadline' || answer.kind === 'aborted'
}
