// The one table of errors: a code, its HTTP status, and how a message that fails with it is settled.
// A status means one thing everywhere: 400 malformed, 503 nothing happened, 504 the answer came too early to tell.
import { Type, type Static } from './type.ts'

/** How a message is settled: acknowledged, retried later, dead-lettered with its reason, or the consumer stops. */
export type SettlementKind = 'ack' | 'retry' | 'dead-letter' | 'stop'

type Row = { status: number; settlement: SettlementKind; title: string }

export const ERRORS = {
  malformed: { status: 400, settlement: 'dead-letter', title: 'The request is malformed.' },
  'too-large': { status: 413, settlement: 'dead-letter', title: 'The body is too large.' },
  'not-found': { status: 404, settlement: 'dead-letter', title: 'There is no such order or route.' },
  'unknown-event': { status: 400, settlement: 'dead-letter', title: 'The event has an unknown type or version.' },
  'out-of-stock': { status: 409, settlement: 'ack', title: 'The kitchen does not have enough stock for the order.' },
  'unknown-sku': { status: 409, settlement: 'ack', title: 'The kitchen does not sell a sku of the order.' },
  released: { status: 409, settlement: 'ack', title: 'The order was released.' },
  'order-conflict': { status: 409, settlement: 'dead-letter', title: 'This orderId was used with other content.' },
  'order-undecided': { status: 409, settlement: 'retry', title: 'The order is not decided yet.' },
  'dead-lettered': {
    status: 409,
    settlement: 'retry',
    title: 'The order could not be handled and was set aside; it is decided when somebody redrives it.',
  },
  'key-reused': { status: 422, settlement: 'dead-letter', title: 'This Idempotency-Key was used with another body.' },
  'handler-failed': { status: 500, settlement: 'retry', title: 'The service failed while it handled this.' },
  'retries-exhausted': { status: 500, settlement: 'dead-letter', title: 'The last attempt failed too.' },
  'kills-consumer': {
    status: 500,
    settlement: 'dead-letter',
    title: 'The consumer died each time it handled this message alone.',
  },
  'inventory-broke': {
    status: 502,
    settlement: 'retry',
    title: 'Inventory answered with an error; the order is failed and its stock released.',
  },
  unavailable: { status: 503, settlement: 'stop', title: 'The service cannot do its work now; nothing happened.' },
  overloaded: { status: 503, settlement: 'retry', title: 'Too many orders wait already; nothing happened.' },
  'inventory-unavailable': { status: 503, settlement: 'retry', title: 'Inventory was not called; nothing happened.' },
  'store-failed': { status: 503, settlement: 'stop', title: 'The store could not keep this; nothing happened.' },
  'deadline-passed': {
    status: 504,
    settlement: 'retry',
    title: 'The deadline passed first; ask for the order to learn what became of it.',
  },
} as const satisfies Record<string, Row>

export type ErrorCode = keyof typeof ERRORS
export const ERROR_CODES = Object.keys(ERRORS) as ErrorCode[]
export const ErrorCode = Type.Enum(ERROR_CODES)

/** An error with a code of the table. `detail` says what was wrong and how to fix it. */
export class LabError extends Error {
  readonly code: ErrorCode
  readonly detail: string
  /** The order, where it is known. */
  readonly orderId: string | undefined
  /** The order is stored as failed, so that its key will always be answered so. */
  readonly isFinal: boolean
  constructor(code: ErrorCode, detail: string, options: { cause?: unknown; orderId?: string; isFinal?: boolean } = {}) {
    super(`${code}: ${detail}`, options.cause === undefined ? {} : { cause: options.cause })
    this.name = 'LabError'
    this.code = code
    this.detail = detail
    this.orderId = options.orderId
    this.isFinal = options.isFinal ?? false
  }
}

/** Any other error is a failure of the service while it handled one message. */
export function asLabError(error: unknown): LabError {
  if (error instanceof LabError) return error
  return new LabError('handler-failed', error instanceof Error ? error.message : String(error), { cause: error })
}

export const settlementOf = (error: unknown): SettlementKind => ERRORS[asLabError(error).code].settlement

/** The reason in a few words: the detail of a LabError, else the message of the innermost cause. */
export function explain(error: unknown): string {
  if (error instanceof LabError) return error.detail
  if (error instanceof AggregateError && error.errors.length > 0) return explain(error.errors.at(-1))
  if (!(error instanceof Error)) return String(error)
  return error.cause instanceof Error ? explain(error.cause) : error.message
}

export const PROBLEM_TYPE = 'application/problem+json'

/** The body of every HTTP answer that is not a success (RFC 9457). */
export const Problem = Type.Object({
  type: Type.String(),
  title: Type.String(),
  status: Type.Integer(),
  code: Type.String(),
  detail: Type.String(),
  orderId: Type.Optional(Type.String()),
  /** The order has failed for good: whoever still wants it places another one, under a new key. */
  isFinal: Type.Optional(Type.Literal(true)),
})
export type Problem = Static<typeof Problem>

/** The document of an error. `type` is the code itself as a URN, since the lab has no address of its own. */
export function problem(error: LabError): Problem {
  const { status, title } = ERRORS[error.code]
  const { code, detail, orderId, isFinal } = error
  const order = { ...(orderId && { orderId }), ...(isFinal && { isFinal }) }
  return { type: `urn:problem:${code}`, title, status, code, detail, ...order }
}
