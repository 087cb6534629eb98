// A duty is repeated until it is acknowledged: past the breaker, with a growing pause, across restarts.
// What is owed is read from the store each time, a batch at once; nothing is owed only in memory.
import { setTimeout as wait } from 'node:timers/promises'
import type { Logger } from '#common/service/log.ts'
import type { PendingOrder } from '#common/stores/orders.ts'

const AT_ONCE = 16
const FIRST_PAUSE_MS = 50
const LONGEST_PAUSE_MS = 1_000

export type RetryWorker = {
  /** Something is owed now. */
  wake(): void
  /** Resolves when the round that is under way has ended. Call it after `closing` was aborted. */
  ended: Promise<void>
}

type Parts = {
  name: string
  /** The oldest `limit` after `after`; who is passed over now is found in the next round. */
  pending(after: number, limit: number): PendingOrder[]
  /** Does one and notes that it is done; throws when it was not acknowledged. */
  run(orderId: string): Promise<void>
  log: Logger
  closing: AbortSignal
}

export function startRetryWorker({ name, pending, run, log, closing }: Parts): RetryWorker {
  let woken = Promise.withResolvers<void>()
  closing.addEventListener('abort', () => woken.resolve())

  async function performOne({ orderId }: PendingOrder): Promise<boolean> {
    try {
      await run(orderId)
      log.info({ orderId, duty: name }, 'duty done')
      return true
    } catch (error) {
      log.warn({ orderId, duty: name, error: String(error) }, 'duty not acknowledged')
      return false
    }
  }

  async function work(): Promise<void> {
    // Those that failed let the others pass, until all have had their turn.
    let after = 0
    let pauseMs = FIRST_PAUSE_MS
    while (!closing.aborted) {
      woken = Promise.withResolvers<void>()
      const batch = pending(after, AT_ONCE)
      if (batch.length === 0) {
        if (after === 0) await woken.promise
        after = 0
        continue
      }
      after = batch.at(-1)?.seq ?? 0
      const done = await Promise.all(batch.map(performOne))
      pauseMs = done.some(Boolean) ? FIRST_PAUSE_MS : Math.min(pauseMs * 2, LONGEST_PAUSE_MS)
      if (!done.every(Boolean)) await wait(pauseMs, undefined, { signal: closing }).catch(() => {})
    }
  }

  return { wake: () => woken.resolve(), ended: work() }
}
