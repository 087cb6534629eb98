// The messages that replace one that was not handled: in a delay queue, in a dead-letter queue, or at the end of its own queue.
// A republished message has the bytes, ids and type of its original, and our own facts about it in three headers. It is
// published mandatory and confirmed, and only then is the original acked. A crash in between leaves both; handlers
// recognise an order that they know.
import type { LabError } from '#common/contracts/errors.ts'
import type { Headers, Incoming, Outgoing } from '../broker/message.ts'

/** Attempts that failed so far. */
const ATTEMPT = 'x-attempt'
/** A code of the table of errors. */
export const REASON = 'x-reason'
export const DETAIL = 'x-detail'

const MAX_DETAIL = 500

/** A number from 0; a value that another publisher wrote there does not count. */
export function attemptsOf({ headers }: Incoming): number {
  const attempts = headers[ATTEMPT]
  return typeof attempts === 'number' && Number.isInteger(attempts) && attempts > 0 ? Math.min(attempts, 1_000) : 0
}

/** Waits in a delay queue, then expires to the queue that it came from. */
export function republishForRetry(
  message: Incoming,
  { exchange, delayMs }: { exchange: string; delayMs: number },
  error: LabError,
): Outgoing {
  const facts = failureFacts(error, attemptsOf(message) + 1)
  return { ...republished(message, facts), exchange, routingKey: message.queue, expirationMs: delayMs }
}

export const republishAsDeadLetter = (
  message: Incoming,
  deadLetters: string,
  error: LabError,
  attempts: number,
): Outgoing => ({
  ...republished(message, failureFacts(error, attempts)),
  exchange: '',
  routingKey: deadLetters,
})

/** The broker counts the returns of this message from 0; the attempts stay. */
export function republishFresh(message: Incoming): Outgoing {
  const attempts = attemptsOf(message)
  const facts: Headers = attempts > 0 ? { [ATTEMPT]: attempts } : {}
  return { ...republished(message, facts), exchange: '', routingKey: message.queue }
}

/** A dead letter without its attempts and reason, with another body if one is given. */
export const republishRedriven = (message: Incoming, queue: string, body = message.body): Outgoing => ({
  ...republished(message, {}),
  exchange: '',
  routingKey: queue,
  body,
})

const failureFacts = ({ code, detail }: LabError, attempts: number): Headers => ({
  [ATTEMPT]: attempts,
  [REASON]: code,
  [DETAIL]: detail.slice(0, MAX_DETAIL),
})

const republished = ({ body, messageId, correlationId, type, contentType, headers }: Incoming, facts: Headers) => ({
  body,
  messageId,
  correlationId,
  type,
  contentType,
  headers: { ...publisherHeaders(headers), ...facts },
})

/** What its publisher wrote: names with `x-` belong to the broker and to us. */
const publisherHeaders = (headers: Headers): Headers =>
  Object.fromEntries(Object.entries(headers).filter(([name]) => !name.startsWith('x-')))
