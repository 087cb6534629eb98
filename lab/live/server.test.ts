import assert from 'node:assert/strict'
import { request } from 'node:http'
import { test, type TestContext } from 'node:test'
import { once } from 'node:events'
import { waitFor } from '#host/wait-for.ts'
import type { Frame } from './page/protocol.ts'
import { openLiveServer } from './server.ts'
import type { LiveSession } from './session.ts'

async function open(t: TestContext, more: Partial<LiveSession> = {}) {
  const performed: unknown[] = []
  const listeners = new Set<(frame: Frame) => void>()
  const session: LiveSession = {
    folder: '/nowhere',
    facts: () => [],
    subscribe(onFrame: (frame: Frame) => void) {
      onFrame({ isWhole: true, lanes: [] })
      listeners.add(onFrame)
      return () => void listeners.delete(onFrame)
    },
    whole: () => ({ isWhole: true, lanes: [] }),
    perform: async (models, action) => void performed.push([models, action]),
    playRandom: async (models, seed) => void performed.push([models, seed]),
    judge: async () => {},
    restart: async () => {},
    story: async () => undefined,
    deadLetters: () => undefined,
    close: async () => {},
    ...more,
  }
  const server = await openLiveServer(session, 0)
  t.after(() => server.close())
  const post = (path: string, body: unknown, headers: Record<string, string> = {}) =>
    fetch(server.address + path, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    })
  return { ...server, performed, listeners, post }
}

/** `fetch` sets the host itself. */
async function statusWith(address: string, headers: Record<string, string>): Promise<number | undefined> {
  const sent = request(address, { headers })
  sent.end()
  const [response] = (await once(sent, 'response')) as [{ statusCode?: number; resume(): void }]
  response.resume()
  return response.statusCode
}

const KILL = { models: ['sync-rest'], action: { action: 'kill', target: 'inventory' } }

test('it listens on loopback alone, and without its token there is nothing', async t => {
  const { address } = await open(t)
  const { hostname, origin } = new URL(address)
  assert.equal(hostname, '127.0.0.1')
  for (const path of ['/', '/facts', '/main.ts', `/${'0'.repeat(32)}/`]) {
    const response = await fetch(origin + path)
    assert.deepEqual([path, response.status], [path, 404])
  }
  assert.equal((await fetch(address)).status, 200)
})

test('a request under another name of the host, or from another page, is refused', async t => {
  const { address, post, performed } = await open(t)
  const { host } = new URL(address)
  assert.equal(await statusWith(address, { host }), 200)
  assert.equal(await statusWith(address, { host: 'attacker.example' }), 404)
  assert.equal(await statusWith(address, { host, origin: 'http://attacker.example' }), 404)
  assert.equal(await statusWith(address, { host, 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors' }), 404)
  assert.equal((await post('perform', KILL, { origin: 'http://attacker.example' })).status, 404)
  assert.deepEqual(performed, [])
})

test('an action is performed in the lanes that it names', async t => {
  const { post, performed } = await open(t)
  assert.equal((await post('perform', KILL)).status, 200)
  assert.deepEqual(performed, [[['sync-rest'], KILL.action]])
})

test('what is asked wrong is answered in one sentence, and nothing is performed', async t => {
  const { address, post, performed } = await open(t)
  const wrong: [unknown, RegExp][] = [
    ['{', /JSON/],
    [{}, /request/],
    [{ ...KILL, models: [] }, /models/],
    [{ ...KILL, action: { action: 'explode' } }, /action/],
    [{ ...KILL, action: { action: 'rate', ordersPerSecond: -1 } }, /action/],
    ['x'.repeat(70_000), /large/],
  ]
  for (const [body, message] of wrong) {
    const response = await post('perform', body)
    assert.ok(response.status >= 400 && response.status < 500, `${response.status}`)
    const { sentence } = (await response.json()) as { sentence: string }
    assert.match(sentence, message)
    assert.doesNotMatch(sentence, /\n|at .+:\d+/)
  }
  assert.deepEqual(performed, [])
  for (const index of ['1', '-1', 'x', '9'.repeat(30)])
    assert.equal((await fetch(`${address}orders/sync-rest/${index}`)).status, 404)
  assert.equal((await fetch(`${address}report.html`)).status, 404)
})

test('what could not be done is answered with why', async t => {
  const { post } = await open(t, { perform: () => Promise.reject(new Error('sync-rest: it is running already')) })
  const response = await post('perform', KILL)
  assert.deepEqual([response.status, await response.json()], [409, { sentence: 'sync-rest: it is running already' }])
})

test('a page is told of frames until it is closed', async t => {
  const { address, listeners } = await open(t)
  const closed = new AbortController()
  const response = await fetch(`${address}frames`, { signal: closed.signal })
  const reader = response.body?.getReader()
  const read = async () => new TextDecoder().decode((await reader?.read())?.value)
  assert.equal(await read(), 'data: {"isWhole":true,"lanes":[]}\n\n')
  for (const listener of listeners) listener({ isWhole: false, lanes: [] })
  assert.equal(await read(), 'data: {"isWhole":false,"lanes":[]}\n\n')
  closed.abort()
  await waitFor(async () => listeners.size === 0, { deadlineMs: 10_000, what: 'the page to be forgotten' })
})

test('every script of the page is JavaScript that names only files which are there', async t => {
  const { address } = await open(t)
  const seen = new Set<string>()
  const visit = async (name: string): Promise<void> => {
    if (seen.has(name)) return
    seen.add(name)
    const response = await fetch(address + name)
    assert.deepEqual([name, response.status], [name, 200])
    assert.match(response.headers.get('content-type') ?? '', /^text\/javascript/)
    for (const [, other = ''] of (await response.text()).matchAll(/from '(\.[^']+)'/g))
      await visit(other.replace('./', ''))
  }
  await visit('main.ts')
  assert.ok(seen.size > 5)
})
