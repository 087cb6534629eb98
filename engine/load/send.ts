/**
 * One attempt to place an order over HTTP.
 *
 * Guarantees: it always ends in an answer, by the deadline at the latest, and never throws. `refused` means that no
 * connection was made, so that nothing was sent; whatever else broke is unknown.
 * Does not retry: an order sent again is an attempt of its own, in the plan.
 */
import { Pool } from 'undici'
import { CORRELATION_ID, IDEMPOTENCY_KEY } from '#common/contracts/http.ts'
import { monotonicNs } from '#common/contracts/clock.ts'
import type { Answer } from './attempt.ts'
import type { PlannedOrder } from './orders.ts'

export type Target = {
  /** Where the service listens, such as `http://127.0.0.1:8000`. */
  url: string
  path: string
  headers?: Record<string, string>
}

export type Sent = { answer: Answer; answeredNs?: number }

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

/** `control` ends the attempt early when it is aborted with the reason `deadline` or `aborted`. */
export async function send(pool: Pool, target: Target, order: PlannedOrder, control: AbortController): Promise<Sent> {
  try {
    const response = await pool.request({
      method: 'POST',
      path: target.path,
      headers: {
        ...target.headers,
        'content-type': 'application/json',
        [IDEMPOTENCY_KEY]: order.idempotencyKey,
        [CORRELATION_ID]: order.orderId,
      },
      body: JSON.stringify({ userId: order.userId, kitchenId: order.kitchenId, items: order.items }),
      signal: control.signal,
    })
    const text = await response.body.text()
    const answeredNs = monotonicNs()
    return { answeredNs, answer: { kind: 'status', status: response.statusCode, ...summary(text) } }
  } catch (cause) {
    return { answer: withoutAnswer(cause, control.signal) }
  }
}

function withoutAnswer(cause: unknown, { aborted, reason }: AbortSignal): Answer {
  const atNs = monotonicNs()
  if (aborted && reason === 'deadline') return { kind: 'deadline', atNs, detail: 'no answer in time' }
  if (aborted) return { kind: 'aborted', atNs, detail: 'the load was stopped' }
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : ''
  const detail = cause instanceof Error ? `${code} ${cause.message}`.trim() : String(cause)
  return { kind: NOT_CONNECTED.has(code) ? 'refused' : 'reset', atNs, detail }
}

function summary(body: string): { code?: string; orderId?: string; text: string } {
  const text = body.slice(0, TEXT_CHARS)
  try {
    const value: unknown = JSON.parse(body)
    return { code: textField(value, 'code'), orderId: textField(value, 'orderId'), text }
  } catch {
    // A body that is not JSON is an answer all the same: its text is the evidence.
    return { text }
  }
}

function textField(value: unknown, name: string): string | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  const field: unknown = Reflect.get(value, name)
  return typeof field === 'string' ? field : undefined
}
