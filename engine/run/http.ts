// The lab's own small requests to services: evidence, faults, health. Not for what is measured.
import { request } from 'undici'

const PATIENCE_MS = 10_000

/** @throws Error that names the address and what it answered */
async function exchange(url: string, method: 'GET' | 'POST' | 'DELETE', body?: unknown): Promise<unknown> {
  const headers = body === undefined ? {} : { 'content-type': 'application/json' }
  const response = await request(url, {
    method,
    headers,
    body: body === undefined ? null : JSON.stringify(body),
    signal: AbortSignal.timeout(PATIENCE_MS),
  })
  const text = await response.body.text()
  if (response.statusCode !== 200)
    throw new Error(`${method} ${url} answered ${response.statusCode}: ${text.slice(0, 300)}`)
  return JSON.parse(text) as unknown
}

export const getJson = (url: string): Promise<unknown> => exchange(url, 'GET')
export const postJson = (url: string, body: unknown): Promise<unknown> => exchange(url, 'POST', body)
export const deleteJson = (url: string): Promise<unknown> => exchange(url, 'DELETE')
