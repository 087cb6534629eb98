import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect } from 'node:net'
import { test, type TestContext } from 'node:test'
import { createHealth } from './health.ts'
import { createServer } from './http-server.ts'
import { createLog } from './log.ts'

const closing = new AbortController().signal

type Options = { closing?: AbortSignal; requestMs?: number; onRequest?(): void }

/** The answer of a new server to these bytes, until it closes the connection. */
async function answerTo(t: TestContext, bytes: string, { onRequest = () => {}, ...options }: Options = {}) {
  const log = createLog('test', 'silent')
  const server = await createServer({ name: 'test', log, health: createHealth(), closing, ...options })
  t.after(() => server.close())
  server.addHook('onRequest', async () => onRequest())
  server.post('/order', async () => 'taken')
  await server.listen({ port: 0, host: '127.0.0.1' })
  const address = server.server.address()
  const socket = connect(typeof address === 'object' && address ? address.port : 0, '127.0.0.1')
  let answer = ''
  socket.setEncoding('utf8').on('data', (chunk: string) => (answer += chunk))
  socket.write(bytes)
  await once(socket, 'close')
  return answer
}

const isProblem = (answer: string) => {
  assert.match(answer, /^HTTP\/1\.1 400 /)
  assert.match(answer, /content-type: application\/problem\+json/i)
  assert.match(answer, /"code":"malformed"/)
}

test('bytes that are no HTTP get a problem document', async t => {
  isProblem(await answerTo(t, 'GARBAGE\r\n\r\n'))
})

test('headers that are too large get a problem document', async t => {
  isProblem(await answerTo(t, `GET /health HTTP/1.1\r\nhost: a\r\nx: ${'x'.repeat(32_768)}\r\n\r\n`))
})

test('an address that cannot be decoded gets a problem document', async t => {
  isProblem(await answerTo(t, 'GET /%zz HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n'))
})

test('an unknown expectation gets a problem document', async t => {
  isProblem(await answerTo(t, 'GET /health HTTP/1.1\r\nhost: a\r\nexpect: miracles\r\n\r\n'))
})

const BEGUN =
  'POST /order HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{"userId":'

test('a body that does not end gets a problem document when its time is over', async t => {
  isProblem(await answerTo(t, BEGUN, { requestMs: 200 }))
})

test('a body that has not come when the service stops gets a problem document at once', async t => {
  const stopping = new AbortController()
  const answer = await answerTo(t, BEGUN, { closing: stopping.signal, onRequest: () => stopping.abort() })
  assert.match(answer, /^HTTP\/1\.1 503 [^]*"code":"unavailable"/)
})

test('a request that comes when the service is stopping gets a problem document, and nothing is begun', async t => {
  const answer = await answerTo(t, 'GET /health HTTP/1.1\r\nhost: a\r\n\r\n', { closing: AbortSignal.abort() })
  assert.match(answer, /^HTTP\/1\.1 503 [^]*"code":"unavailable"/)
})
