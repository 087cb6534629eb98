// The context of a piece of work without a log, for tests.
import type { Context } from '../service/handler.ts'
import { createLog } from '../service/log.ts'

export const testContext = (signal: AbortSignal = new AbortController().signal): Context => ({
  correlationId: 'c',
  signal,
  log: createLog('test', 'silent'),
})
