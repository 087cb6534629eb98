// Counts the work that a handler has begun and not ended: it is in memory alone, and may still become a row.
import type { Handler } from './handler.ts'

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
