// The messages that replace one that was not handled: in a delay queue, in a dead-letter queue, or at the end of its own queue.
// A republished message has the bytes, ids and type of its original, and our own facts about it in six headers. It is
// published mandatory and confirmed, and only then is the original acked. A crash in between leaves both; handlers
// recognise an order that they know.
// Guarantees: it always fits in a frame. Headers that do not are left out and counted.
import { wallTime } from '#common/contracts/clock.ts'
import type { LabError } from '#common/contracts/errors.ts'
import { type Headers, type Incoming, MAX_SHORT_TEXT, type Outgoing } from '../broker/message.ts'

/** Attempts that failed so far. */
const ATTEMPT = 'x-attempt'
/** A code of the table of errors. */
export const REASON = 'x-reason'
export const DETAIL = 'x-detail'
const DEAD_LETTERED_AT = 'x-dead-lettered-at'

/** How often it was a dead letter that was redriven. It stays with the message, so that one that comes back is known. */
const REDRIVES = 'x-redrives'
/** How many headers of its publisher were left out. */
const LEFT_OUT = 'x-left-out'
const MAX_DETAIL = 500
const MAX_COUNT = 1_000
/** Of a frame of 131,072 bytes, the rest is for the properties and for our own headers. */
const MAX_HEADER_BYTES = 120_000
/** What the lengths and the type of a header take, or a number, at most. */
const HEADER_EXTRA = 10

export const attemptsOf = ({ headers }: Incoming): number => countIn(headers, ATTEMPT)
export const redrivesOf = ({ headers }: Incoming): number => countIn(headers, REDRIVES)
/** RFC 3339 in UTC, or nothing. */
export const deadLetteredAt = ({ headers }: Incoming): string => String(headers[DEAD_LETTERED_AT] ?? '')
export const leftOutOf = ({ headers }: Incoming): number => countIn(headers, LEFT_OUT)

/** A number from 0; a value that another publisher wrote there does not count. */
function countIn(headers: Headers, name: string): number {
  const count = headers[name]
  return typeof count === 'number' && Number.isInteger(count) && count > 0 ? Math.min(count, MAX_COUNT) : 0
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
  ...republished(message, { ...failureFacts(error, attempts), [DEAD_LETTERED_AT]: wallTime() }),
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
  ...republished(message, { [REDRIVES]: redrivesOf(message) + 1 }),
  exchange: '',
  routingKey: queue,
  body,
})

const failureFacts = ({ code, detail }: LabError, attempts: number): Headers => ({
  [ATTEMPT]: attempts,
  [REASON]: code,
  [DETAIL]: detail.slice(0, MAX_DETAIL),
})

function republished(message: Incoming, facts: Headers) {
  const { body, messageId, correlationId, type, contentType } = message
  // What its publisher wrote: names with `x-` belong to the broker and to us.
  const theirs = Object.entries(message.headers).filter(([name]) => !name.startsWith('x-'))
  const kept = headersThatFit(theirs)
  const leftOut = leftOutOf(message) + theirs.length - kept.length
  const redrives = redrivesOf(message)
  const headers: Headers = {
    ...Object.fromEntries(kept),
    ...(redrives > 0 && { [REDRIVES]: redrives }),
    ...facts,
    ...(leftOut > 0 && { [LEFT_OUT]: leftOut }),
  }
  return { body, messageId, correlationId, type, contentType, headers }
}

/** In their order. Headers that could be read can be too large to be written: as text, bytes that are no UTF-8 are more. */
function headersThatFit(headers: [name: string, value: Headers[string]][]): typeof headers {
  let left = MAX_HEADER_BYTES
  return headers.filter(([name, value]) => {
    const nameBytes = Buffer.byteLength(name)
    const size = nameBytes + (typeof value === 'string' ? Buffer.byteLength(value) : 0) + HEADER_EXTRA
    if (nameBytes > MAX_SHORT_TEXT || size > left) return false
    left -= size
    return true
  })
}
