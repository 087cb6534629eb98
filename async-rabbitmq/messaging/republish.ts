// The copies that take a message's place: on the ladder of delays, among the dead letters, or afresh at the end of its
// own queue. A copy is the same message (bytes, ids, type) with its story in three headers; it is published, confirmed
// and mandatory, and only then is the message acked. A crash in between leaves two, and readers know each other's work.
import type { LabError } from '#common/contracts/errors.ts'
import type { Headers, Incoming, Outgoing } from '../broker/message.ts'

/** Attempts that failed so far. */
const ATTEMPT = 'x-attempt'
/** A code of the table of errors. */
export const REASON = 'x-reason'
export const DETAIL = 'x-detail'

const MAX_DETAIL = 500

/** A number from 0; what a stranger wrote there does not count. */
export function attemptsOf({ headers }: Incoming): number {
  const attempts = headers[ATTEMPT]
  return typeof attempts === 'number' && Number.isInteger(attempts) && attempts > 0 ? Math.min(attempts, 1_000) : 0
}

/** Waits at a step of the ladder, then expires back to the queue that it came from. */
export function republishForRetry(
  message: Incoming,
  step: { exchange: string; delayMs: number },
  error: LabError,
): Outgoing {
  const story = {
    [ATTEMPT]: attemptsOf(message) + 1,
    [REASON]: error.code,
    [DETAIL]: error.detail.slice(0, MAX_DETAIL),
  }
  const to = { exchange: step.exchange, routingKey: message.queue, expirationMs: step.delayMs }
  return { ...sameMessage(message), ...to, headers: { ...ownHeaders(message), ...story } }
}

export function republishAsDeadLetter(message: Incoming, queue: string, error: LabError, attempts: number): Outgoing {
  const story = { [ATTEMPT]: attempts, [REASON]: error.code, [DETAIL]: error.detail.slice(0, MAX_DETAIL) }
  return { ...sameMessage(message), exchange: '', routingKey: queue, headers: { ...ownHeaders(message), ...story } }
}

/** The broker counts the returns of this copy from 0; our own attempts stay. */
export function republishFresh(message: Incoming): Outgoing {
  const attempts = attemptsOf(message)
  const story: Headers = attempts > 0 ? { [ATTEMPT]: attempts } : {}
  return {
    ...sameMessage(message),
    exchange: '',
    routingKey: message.queue,
    headers: { ...ownHeaders(message), ...story },
  }
}

/** The message as it was before anything befell it, with another body if one is given. */
export function republishRedriven(message: Incoming, queue: string, body = message.body): Outgoing {
  return { ...sameMessage(message), exchange: '', routingKey: queue, body, headers: ownHeaders(message) }
}

const sameMessage = ({ body, messageId, correlationId, type, contentType }: Incoming) => ({
  body,
  messageId,
  correlationId,
  type,
  contentType,
})

/** What its publisher wrote: names with `x-` are the broker's and ours. */
const ownHeaders = ({ headers }: Incoming): Headers =>
  Object.fromEntries(Object.entries(headers).filter(([name]) => !name.startsWith('x-')))
