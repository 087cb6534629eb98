// The lab's own small requests to services: evidence, faults, health. What is measured has connections of its own.
import { Agent, request } from 'undici'
import { withDeadline } from '#common/contracts/clock.ts'

/** For the whole of a request: undici by itself hears of an abort only when it has a connection. */
const PATIENCE_MS = 10_000

/** Services are on loopback: never through a proxy, also with NODE_USE_ENV_PROXY. */
export const direct = new Agent()

type Method = 'GET' | 'POST' | 'DELETE'

/** @throws Error that names the address and what it answered */
function exchange(url: string, method: Method, body?: unknown, dispatcher = direct): Promise<unknown> {
  const signal = AbortSignal.timeout(PATIENCE_MS)
  return withDeadline(requestJson(dispatcher, url, method, body, signal), signal)
}

async function requestJson(
  dispatcher: Agent,
  url: string,
  method: Method,
  body: unknown,
  signal: AbortSignal,
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
  if (response.statusCode !== 200)
    throw new Error(`${method} ${url} answered ${response.statusCode}: ${text.slice(0, 300)}`)
  return JSON.parse(text) as unknown
}

/** @param connections those of the lab, unless the reader has its own */
export const getJson = (url: string, connections?: Agent): Promise<unknown> =>
  exchange(url, 'GET', undefined, connections)
export const postJson = (url: string, body: unknown): Promise<unknown> => exchange(url, 'POST', body)
export const deleteJson = (url: string): Promise<unknown> => exchange(url, 'DELETE')
