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
