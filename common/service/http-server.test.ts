import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect } from 'node:net'
import { test, type TestContext } from 'node:test'
import { createHealth } from './health.ts'
import { createOccupancy } from './occupancy.ts'
import { createServer } from './http-server.ts'
import { createLog } from './log.ts'

const closing = new AbortController().signal

type Options = { closing?: AbortSignal; requestMs?: number; HOST?: string; onRequest?(): void | Promise<void> }

/** The answer of a new server to these bytes, until it closes the connection. */
async function answerTo(
  t: TestContext,
  bytes: string,
  { onRequest = () => {}, HOST = '127.0.0.1', ...options }: Options = {},
) {
  const log = createLog('test', 'silent')
  const server = createServer({
    name: 'test',
    log,
    health: createHealth(),
    occupancy: createOccupancy(),
    closing,
    config: { HOST },
    ...options,
  })
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
  isProblem(await answerTo(t, `GET /health HTTP/1.1\r\nhost: localhost\r\nx: ${'x'.repeat(32_768)}\r\n\r\n`))
})

test('an address that cannot be decoded gets a problem document', async t => {
  isProblem(await answerTo(t, 'GET /%zz HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n'))
})

test('an unknown expectation gets a problem document', async t => {
  isProblem(await answerTo(t, 'GET /health HTTP/1.1\r\nhost: localhost\r\nexpect: miracles\r\n\r\n'))
})

const BEGUN =
  'POST /order HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{"userId":'

test('garbage behind a request changes nothing about its answer, and ends the connection', async t => {
  let begun = 0
  const order =
    'POST /order HTTP/1.1\r\nhost: localhost:80\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n{}'
  const answer = await answerTo(t, `${order}${order}GARBAGE\r\n\r\n`, {
    // By then the garbage has been read.
    onRequest() {
      begun++
      return new Promise(resolve => setImmediate(resolve))
    },
  })
  assert.equal(begun, 2)
  assert.match(answer, /^HTTP\/1\.1 200 OK[^]+takenHTTP\/1\.1 200 OK[^]+taken$/)
})

test('a service on loopback answers nobody who calls it by another name', async t => {
  const health = (host: string) => `GET /health HTTP/1.1\r\nhost: ${host}\r\nconnection: close\r\n\r\n`
  for (const host of ['localhost', '127.0.0.1:8000', '[::1]:8000'])
    assert.match(await answerTo(t, health(host)), /^HTTP\/1\.1 200 /)
  for (const host of ['rebound.example', 'localhost.example:8000', '127.0.0.1.example', '10.0.0.1'])
    isProblem(await answerTo(t, health(host)))
  assert.match(await answerTo(t, health('rebound.example'), { HOST: '0.0.0.0' }), /^HTTP\/1\.1 200 /)
})

test('a body that does not end gets a problem document when its time is over', async t => {
  isProblem(await answerTo(t, BEGUN, { requestMs: 200 }))
})

test('a body that has not come when the service stops gets a problem document at once', async t => {
  const stopping = new AbortController()
  const answer = await answerTo(t, BEGUN, { closing: stopping.signal, onRequest: () => stopping.abort() })
  assert.match(answer, /^HTTP\/1\.1 503 [^]*"code":"unavailable"/)
})

test('a request that comes when the service is stopping gets a problem document, and nothing is begun', async t => {
  const answer = await answerTo(t, 'GET /health HTTP/1.1\r\nhost: localhost\r\n\r\n', { closing: AbortSignal.abort() })
  assert.match(answer, /^HTTP\/1\.1 503 [^]*"code":"unavailable"/)
})
