// The lab's own small requests to services: evidence, faults, health. What is measured has connections of its own.
import { Agent, request } from 'undici'
import { HealthView } from '#common/contracts/http.ts'
import { parse } from '#common/contracts/parse.ts'
import type { Static } from '#common/contracts/type.ts'
import { withDeadline } from '#common/contracts/clock.ts'

/** For the whole of a request: undici by itself hears of an abort only when it has a connection. */
const PATIENCE_MS = 10_000

/** Services are on loopback: never through a proxy, also with NODE_USE_ENV_PROXY. */
export const direct = new Agent()

type Method = 'GET' | 'POST' | 'DELETE'

/** @throws Error that names the address and what it answered */
function exchange(url: string, method: Method, body?: unknown, more: Partial<More> = {}): Promise<unknown> {
  const signal = AbortSignal.timeout(PATIENCE_MS)
  return withDeadline(requestJson(url, method, body, { dispatcher: direct, statuses: [200], signal, ...more }), signal)
}

/** `statuses`: those that are an answer. */
type More = { dispatcher: Agent; statuses: readonly number[]; signal: AbortSignal }

async function requestJson(
  url: string,
  method: Method,
  body: unknown,
  { dispatcher, statuses, signal }: More,
): Promise<unknown> {
  const headers = body === undefined ? {} : { 'content-type': 'application/json' }
  const response = await request(url, {
    dispatcher,
    method,
    headers,
    body: body === undefined ? null : JSON.stringify(body),
    signal,
  })
  const text = await response.body.text()
  if (!statuses.includes(response.statusCode))
    throw new Error(`${method} ${url} answered ${response.statusCode}: ${text.slice(0, 300)}`)
  return JSON.parse(text) as unknown
}

/** @param connections those of the lab, unless the reader has its own */
export const getJson = (url: string, connections?: Agent): Promise<unknown> =>
  exchange(url, 'GET', undefined, connections && { dispatcher: connections })
export const postJson = (url: string, body: unknown): Promise<unknown> => exchange(url, 'POST', body)
export const deleteJson = (url: string): Promise<unknown> => exchange(url, 'DELETE')

/** Of the service at `url`: what it says of itself, healthy or not. */
export const readHealth = async (url: string): Promise<Static<typeof HealthView>> =>
  parse(HealthView, await exchange(`${url}/health`, 'GET', undefined, { statuses: [200, 503] }), 'health')
