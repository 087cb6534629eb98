// Work that waits for what it needs, in place of failing: a broker that is gone at the start and comes later.
// Guarantees: one log line when the trouble changes, not one a try; health shows it meanwhile.
import { setTimeout as wait } from 'node:timers/promises'
import type { ServerParts } from '#common/service/http-server.ts'
import { explain } from '../broker/options.ts'

export type Parts = Pick<ServerParts, 'log' | 'health' | 'closing'>

const AGAIN_MS = 500

/** Reports a piece's trouble to health, and logs it when it changes. */
export function degradedReporter({ log, health, closing }: Parts, piece: string): (trouble: string | null) => void {
  let said: string | null = null
  return trouble => {
    if (closing.aborted) return
    health.report(piece, trouble)
    if (trouble === said) return
    said = trouble
    if (trouble === null) log.info({ piece }, 'works again')
    else log.warn({ piece, trouble }, 'in trouble')
  }
}

/** Runs `work` until it succeeds; resolves without a result when the service is closing. */
export async function retryUntilClosed<Result>(
  parts: Parts,
  piece: string,
  work: () => Promise<Result>,
): Promise<Result | undefined> {
  const report = degradedReporter(parts, piece)
  while (!parts.closing.aborted) {
    try {
      const result = await work()
      report(null)
      return result
    } catch (error) {
      report(explain(error))
      await wait(AGAIN_MS, undefined, { signal: parts.closing }).catch(() => {})
    }
  }
  return undefined
}
