// The one shape of work: a message in, a decision out, over any transport.
import type { Logger } from './log.ts'

/** Travels with the work: whose it is, and how long it is worth doing. */
export type Context = {
  correlationId: string
  /** Aborted when nobody waits for the answer any more. */
  signal: AbortSignal
  log: Logger
}

export type Handler<In, Out> = (input: In, context: Context) => Promise<Out>

/** Counts the work that a handler has begun and not ended: it is in memory alone, and may still become a row. */
export function countInFlight<In, Out>(handler: Handler<In, Out>): { handle: Handler<In, Out>; inFlight(): number } {
  let inFlight = 0
  return {
    handle(input, context) {
      inFlight++
      return handler(input, context).finally(() => inFlight--)
    },
    inFlight: () => inFlight,
  }
}
