// The streaming model as a test system: a client of its routes, what its tests read of the log, and what they wait for.
import { randomUUID } from 'node:crypto'
import { request } from 'undici'
import type { TestSystem } from '#conformance/test-system.ts'
import type { DeadLetter } from '#engine/experiment/model.ts'
import type { RawMessage } from '#engine/run/history.ts'
import { waitFor } from '#host/wait-for.ts'
import type { KafkaOperations } from '../../lab/operations.ts'

export type KafkaSystem = TestSystem<KafkaOperations>

export const PRODUCER = 'producer_order'

const DEADLINE_MS = 60_000

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

/** An address without a broker. */
export const NOWHERE = '127.0.0.1:1'

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

/** All records of a topic. */
export const recordsOf = ({ inspector }: KafkaSystem, topic: string) => inspector.operations['topic-records']({ topic })

/** The order that an event is about. */
export const orderIdOf = ({ body }: { body: string | null }): string =>
  (JSON.parse(body ?? '') as { data: { orderId: string } }).data.orderId

/** What a test sent past producer_order, as the dead letter that it has become. */
export const asSent = ({ id, orderId }: DeadLetter): RawMessage => {
  return { id, ...(orderId !== undefined && { orderId }), expect: 'dead-letter', class: 'sent by the test' }
}

/** Starts producer_order, and waits only until it listens. With the outbox it takes orders while it is unhealthy. */
export async function startUnhealthy(system: KafkaSystem): Promise<void> {
  system.launch(PRODUCER)
  const listens = () => call(`${system.url(PRODUCER)}/orders`, 'GET').catch(() => false)
  await waitFor(listens, { deadlineMs: DEADLINE_MS, what: `${PRODUCER} to listen` })
}

export async function restartUnhealthy(system: KafkaSystem): Promise<void> {
  await system.kill(PRODUCER)
  await startUnhealthy(system)
}

export const untilHealthAnswers = ({ url }: KafkaSystem, status: number): Promise<unknown> =>
  waitFor(async () => (await call(`${url(PRODUCER)}/health`, 'GET')).status === status, {
    deadlineMs: DEADLINE_MS,
    what: `the health of ${PRODUCER} to answer ${status}`,
  })

/** `GET /order/:id` */
export const showOrder = ({ url }: KafkaSystem, id: string): Promise<Answer> =>
  call(`${url(PRODUCER)}/order/${id}`, 'GET')
