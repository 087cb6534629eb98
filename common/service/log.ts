// Logs: JSON, one line for each event, on standard output, with `service` and, where they are known, `orderId` and
// `correlationId`. Written synchronously: a killed process leaves a complete log.
import { pino, type Logger as Pino } from 'pino'

export type Logger = Pick<Pino, 'debug' | 'info' | 'warn' | 'error' | 'child' | 'fatal'>

/** `level`: pino's names, `silent` included. */
export function createLog(service: string, level: string): Logger {
  return pino(
    {
      level,
      base: { service },
      messageKey: 'event',
      timestamp: () => `,"time":"${new Date().toISOString()}"`,
      formatters: { level: label => ({ level: label }) },
    },
    pino.destination({ dest: 1, sync: true }),
  )
}
