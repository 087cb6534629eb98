// A duty is repeated until it is acknowledged: past the breaker, with a growing pause, across restarts.
// What is owed is read from the store each time; nothing is owed only in memory.
import { setTimeout as wait } from 'node:timers/promises'
import type { Logger } from '#common/kit/log.ts'

const AT_ONCE = 16
const FIRST_PAUSE_MS = 50
const LONGEST_PAUSE_MS = 1_000

export type Duty = {
  /** Something is owed now. */
  wake(): void
  /** Resolves when the round that is under way has ended. Call it after `closing` was aborted. */
  ended: Promise<void>
}

type Parts = {
  name: string
  owed(): string[]
  /** Does one and notes that it is done; throws when it was not acknowledged. */
  perform(orderId: string): Promise<void>
  log: Logger
  closing: AbortSignal
}

export function startDuty({ name, owed, perform, log, closing }: Parts): Duty {
  let woken = Promise.withResolvers<void>()
  closing.addEventListener('abort', () => woken.resolve())

  async function performOne(orderId: string): Promise<boolean> {
    try {
      await perform(orderId)
      log.info({ orderId, duty: name }, 'duty done')
      return true
    } catch (error) {
      log.warn({ orderId, duty: name, error: String(error) }, 'duty not acknowledged')
      return false
    }
  }

  async function run(): Promise<void> {
    // Those that failed let the others pass, until all have had their turn.
    const failed = new Set<string>()
    let pauseMs = FIRST_PAUSE_MS
    while (!closing.aborted) {
      woken = Promise.withResolvers<void>()
      const all = owed()
      const batch = all.filter(orderId => !failed.has(orderId)).slice(0, AT_ONCE)
      if (batch.length === 0) {
        failed.clear()
        if (all.length === 0) await woken.promise
        continue
      }
      const done = await Promise.all(batch.map(performOne))
      pauseMs = done.some(Boolean) ? FIRST_PAUSE_MS : Math.min(pauseMs * 2, LONGEST_PAUSE_MS)
      for (const [index, orderId] of batch.entries()) if (!done[index]) failed.add(orderId)
      if (failed.size > 0) await wait(pauseMs, undefined, { signal: closing }).catch(() => {})
    }
  }

  return { wake: () => woken.resolve(), ended: run() }
}
