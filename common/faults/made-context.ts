// The context of a piece of work that nobody logs, for tests of faults.
import type { Context } from '../kit/handler.ts'
import { createLog } from '../kit/log.ts'

export const madeContext = (signal: AbortSignal = new AbortController().signal): Context => ({
  correlationId: 'c',
  signal,
  log: createLog('test', 'silent'),
})
