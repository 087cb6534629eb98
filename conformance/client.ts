// The suite's client: one request, and everything that came back.
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { request } from 'undici'
import { ERRORS, Problem, PROBLEM_TYPE } from '#common/contracts/errors.ts'
import { IDEMPOTENCY_KEY } from '#common/contracts/headers.ts'
import { OrderView } from '#common/contracts/http.ts'
import type { OrderRequest } from '#common/contracts/order.ts'
import { parse } from '#common/contracts/parse.ts'
import type { TestSystem } from './test-system.ts'

const PATIENCE_MS = 20_000

export type Reply = { status: number; headers: Record<string, string | string[] | undefined>; text: string }

export type Ask = { method?: 'GET' | 'POST'; headers?: Record<string, string | string[]>; body?: string | Buffer }

/** Bytes as they are: what a careless or hostile client would send. */
export async function ask(url: string, { method = 'GET', headers = {}, body }: Ask = {}): Promise<Reply> {
  const signal = AbortSignal.timeout(PATIENCE_MS)
  const response = await request(url, { method, headers, body: body ?? null, signal })
  return { status: response.statusCode, headers: response.headers, text: await response.body.text() }
}

export const orderUrl = ({ model, runtime }: TestSystem): string => `${runtime.url(model.entry)}/order`

/** An order of a user that nobody had before. */
export const anOrder = (content: Partial<OrderRequest> = {}): OrderRequest => ({
  userId: `user-${randomUUID()}`,
  items: [{ sku: 'burger', quantity: 1 }],
  ...content,
})

/** A body that claims to be JSON. */
export const post = (url: string, body: string | Buffer, headers: Ask['headers'] = {}): Promise<Reply> =>
  ask(url, { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body })

export const place = (system: TestSystem, order: unknown, key?: string): Promise<Reply> =>
  post(orderUrl(system), JSON.stringify(order), key === undefined ? {} : { [IDEMPOTENCY_KEY]: key })

/** The order as a 2xx shows it. @throws AssertionError when it is anything else */
export function viewIn({ status, text }: Reply): OrderView {
  assert.ok(status >= 200 && status < 300, `answered ${status}: ${text}`)
  return parse(OrderView, JSON.parse(text))
}

/** The id of an order that was taken in: accepted, or answered with a failure that names it. */
export function orderIdIn({ status, text }: Reply): string {
  const { orderId } = JSON.parse(text) as { orderId?: unknown }
  assert.ok(typeof orderId === 'string', `answered ${status} without an orderId: ${text}`)
  return orderId
}

/** Places an order that must be taken in. */
export const placed = async (system: TestSystem, order: unknown, key?: string): Promise<string> =>
  orderIdIn(await place(system, order, key))

export const showOrder = (system: TestSystem, orderId: string): Promise<Reply> =>
  ask(`${orderUrl(system)}/${encodeURIComponent(orderId)}`)

/** A problem document of the table of errors, in agreement with itself. @throws AssertionError when it is not */
export function problemIn(reply: Reply): Problem {
  const { status, headers, text } = reply
  assert.match(String(headers['content-type']), new RegExp(`^${PROBLEM_TYPE.replace('+', '\\+')}`), text)
  const document = parse(Problem, JSON.parse(text), 'problem')
  assert.equal(document.status, status)
  assert.ok(Object.hasOwn(ERRORS, document.code), `${document.code} is not in the table of errors`)
  assert.ok(document.detail.length > 0)
  return document
}
