/**
 * One attempt to place an order over HTTP.
 *
 * Guarantees: it ends in one answer, or when the caller ends it, and never throws. `refused` means that no connection was made,
 * so that nothing was sent; whatever else broke is unknown.
 * Does not retry: an order sent again is an attempt of its own, in the plan.
 */
import { type Dispatcher, Pool } from 'undici'
import { CORRELATION_ID, IDEMPOTENCY_KEY } from '#common/contracts/headers.ts'
import { monotonicNs } from '#common/contracts/clock.ts'
import type { Answer } from './attempt.ts'
import type { PlannedOrder } from './orders.ts'
import { requestOf } from './request.ts'

export type Target = {
  /** Where the service listens, such as `http://127.0.0.1:8000`. */
  url: string
  path: string
  headers?: Record<string, string>
}

export type Sent = { answer: Answer; answeredNs?: number }

export type EndEarly = (why: 'deadline' | 'aborted') => void

const TEXT_CHARS = 300
const LARGEST_BODY_BYTES = 1024 * 1024
/** Errors of making a connection: the request was never written. */
const NOT_CONNECTED = new Set([
  'ECONNREFUSED',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EADDRNOTAVAIL',
  'EMFILE',
  'UND_ERR_CONNECT_TIMEOUT',
])

/** Sockets for one target: one request at a time on each, a new one whenever all are busy, up to `limit`. */
export function openPool(target: Target, limit: number, deadlineMs: number): Pool {
  return new Pool(target.url, {
    connections: limit,
    pipelining: 1,
    headersTimeout: 0,
    bodyTimeout: 0,
    connectTimeout: deadlineMs,
    maxResponseSize: LARGEST_BODY_BYTES,
  })
}

/**
 * Sends one order; `ended` is called once, with its answer. The function that comes back ends the attempt early: what has not
 * been sent by then never is, and a connection that carried it is closed.
 */
export function send(pool: Pool, target: Target, order: PlannedOrder, ended: (sent: Sent) => void): EndEarly {
  let open = true
  const end = (sent: Sent): void => {
    if (!open) return
    open = false
    ended(sent)
  }
  let request: Dispatcher.DispatchController | undefined
  let status = 0
  let retryAfter: Pick<Answer & { kind: 'status' }, 'retryAfterMs'> = {}
  const body: Buffer[] = []
  pool.dispatch(
    {
      method: 'POST',
      path: target.path,
      headers: {
        ...target.headers,
        'content-type': 'application/json',
        [IDEMPOTENCY_KEY]: order.idempotencyKey,
        [CORRELATION_ID]: order.orderId,
      },
      body: JSON.stringify(requestOf(order)),
    },
    {
      onRequestStart(controller) {
        request = controller
        if (!open) controller.abort(new Error('ended before it was sent'))
      },
      onResponseStart(_, statusCode, headers) {
        status = statusCode
        retryAfter = retryAfterOf(headers['retry-after'])
      },
      onResponseData(_, chunk) {
        body.push(chunk)
      },
      onResponseEnd() {
        const answeredNs = monotonicNs()
        end({
          answeredNs,
          answer: { kind: 'status', status, ...retryAfter, ...summary(Buffer.concat(body).toString()) },
        })
      },
      onResponseError(_, cause) {
        end({ answer: withoutAnswer(cause) })
      },
    },
  )
  return why => {
    const detail = why === 'deadline' ? 'no answer in time' : 'the load was stopped'
    end({ answer: { kind: why, atNs: monotonicNs(), detail } })
    request?.abort(new Error(detail))
  }
}

/** Whole seconds; a date, which RFC 9110 (10.2.3) allows too, no service of the lab sends. */
const retryAfterOf = (header: string | string[] | undefined) =>
  typeof header === 'string' && /^\d+$/.test(header) ? { retryAfterMs: 1_000 * Number(header) } : {}

function withoutAnswer(cause: Error): Answer {
  const code = 'code' in cause ? String(cause.code) : ''
  const detail = `${code} ${cause.message}`.trim()
  return { kind: NOT_CONNECTED.has(code) ? 'refused' : 'reset', atNs: monotonicNs(), detail }
}

function summary(body: string): Omit<Answer & { kind: 'status' }, 'kind' | 'status' | 'retryAfterMs'> {
  const text = body.slice(0, TEXT_CHARS)
  try {
    const value: unknown = JSON.parse(body)
    const [code, orderId, says] = ['code', 'orderId', 'status'].map(name => textField(value, name))
    const isFinal = typeof value === 'object' && value !== null && Reflect.get(value, 'isFinal') === true
    return { code, orderId, says, ...(isFinal && { isFinal }), text }
  } catch {
    // A body that is not JSON is an answer all the same: its text is the evidence.
    return { text }
  }
}

/** A field of an answer as JSON, where it is text. */
export function textField(value: unknown, name: string): string | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  const field: unknown = Reflect.get(value, name)
  return typeof field === 'string' ? field : undefined
}
