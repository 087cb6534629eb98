// Try again until it succeeds or the service closes: the one loop for all that waits for something outside of the
// process (a broker that is away, a store that is full, a peer that refuses).
// Guarantees: pauses grow from `firstMs` to `longestMs` and are spread by chance, so that services which failed at one
// moment do not come back at one moment; abort of `closing` ends a pause at once; while work fails health shows the
// problem, and the log has one line when it begins, changes or ends, not one per attempt.
// Not promised: that work under way is cut off when the service closes. It ends by itself, and its result stands.
//
//   retryUntilClosed(parts, 'topics', work)    the whole of it, for one piece of work
//   degradedReporter(parts, 'reading')         health and log alone, for a loop that has no single work
//   createBackoff(closing)                     the pauses alone, for a loop that resets them after progress
//
// A connection that is lost and opened again needs no more than a loop around it: each success begins with short pauses.
//
//   while (!closing.aborted) {
//     const connection = await retryUntilClosed(parts, 'broker', open)
//     await connection?.lost
//   }
import { setTimeout as wait } from 'node:timers/promises'
import { ExponentialBackoff, halfJitterGenerator, type IBackoff } from 'cockatiel'
import { explain } from '../contracts/errors.ts'
import type { ServerParts } from './http-server.ts'

export type RetryParts = Pick<ServerParts, 'log' | 'health' | 'closing'>

/** Pauses between attempts: each is between half of its length and the whole of it. */
export type Pace = { firstMs: number; longestMs: number }

const DEFAULT_PACE: Pace = { firstMs: 100, longestMs: 1_000 }

export type Backoff = {
  /** Waits, longer each time; resolves at once when `closing` is aborted. */
  pause(): Promise<void>
  /** The next pause is the first again. */
  reset(): void
}

/** The delays are cockatiel's. Its own `retry` is not used, because it sleeps through an abort and then tries once more. */
export function createBackoff(closing: AbortSignal, { firstMs, longestMs }: Pace = DEFAULT_PACE): Backoff {
  const first = new ExponentialBackoff({ initialDelay: firstMs, maxDelay: longestMs, generator: halfJitterGenerator })
  let current: IBackoff<unknown> | undefined
  return {
    async pause() {
      current = current ? current.next(undefined) : first.next()
      await wait(current.duration, undefined, { signal: closing }).catch(() => {})
    },
    reset() {
      current = undefined
    },
  }
}

/** Says what is wrong with a piece of the service, or null when it works. */
export type ReportDegraded = (problem: string | null) => void

/** Reports a piece's problem to health, and logs it when it changes. Once the service is closing it reports nothing. */
export function degradedReporter({ log, health, closing }: RetryParts, piece: string): ReportDegraded {
  let reported: string | null = null
  return problem => {
    if (closing.aborted) return
    health.report(piece, problem)
    if (problem === reported) return
    reported = problem
    if (problem === null) log.info({ piece }, 'recovered')
    else log.warn({ piece, problem }, 'degraded')
  }
}

/** Runs `work` until it succeeds. Resolves to undefined when the service is closing. `piece` names it in health and log. */
export async function retryUntilClosed<Result>(
  parts: RetryParts,
  piece: string,
  work: () => Promise<Result>,
  pace?: Pace,
): Promise<Result | undefined> {
  const { closing } = parts
  const report = degradedReporter(parts, piece)
  const backoff = createBackoff(closing, pace)
  while (!closing.aborted) {
    try {
      const result = await work()
      report(null)
      return result
    } catch (error) {
      report(explain(error))
      await backoff.pause()
    }
  }
  return undefined
}
