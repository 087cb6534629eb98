// A client of `POST /order` for tests.
import { randomUUID } from 'node:crypto'
import { request } from 'undici'

export type Answer = { status: number; body: Record<string, unknown>; headers: Record<string, unknown> }

export async function call(
  url: string,
  method: 'GET' | 'POST' | 'DELETE',
  body?: unknown,
  key?: string,
): Promise<Answer> {
  const headers = {
    ...(body !== undefined && { 'content-type': 'application/json' }),
    ...(key && { 'idempotency-key': key }),
  }
  const answer = await request(url, { method, headers, body: body === undefined ? null : JSON.stringify(body) })
  const text = await answer.body.text()
  return { status: answer.statusCode, body: JSON.parse(text) as Record<string, unknown>, headers: answer.headers }
}

export const order = (userId: string, kitchenId: string, sku = 'burger', quantity = 1) => ({
  userId,
  kitchenId,
  items: [{ sku, quantity }],
})

/** Places `count` orders in several kitchens, and resolves with the answers. An attempt that fails has status 0. */
export async function placeMany(base: string, count: number, userId: string = randomUUID()): Promise<Answer[]> {
  const failed: Answer = { status: 0, body: {}, headers: {} }
  const place = (index: number) =>
    call(`${base}/order`, 'POST', order(userId, `kitchen-${index % 7}`), `${userId}-${index}`).catch(() => failed)
  return Promise.all(Array.from({ length: count }, (_, index) => place(index)))
}
