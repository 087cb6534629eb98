/** A target for tests of the load: a server on a free loopback port that answers as the test says and keeps what it received. */
import { once } from 'node:events'
import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type OutgoingHttpHeaders,
  type ServerResponse,
} from 'node:http'
import { createServer as createTcpServer, type Server } from 'node:net'
import type { Target } from '../load/send.ts'

type Seen = { method: string | undefined; headers: IncomingHttpHeaders; body: unknown }

/** One request, counted from 0 in the sequence of their coming, with the ways to treat it. */
export type Received = Seen & {
  number: number
  answer(status: number, body: unknown, headers?: OutgoingHttpHeaders): void
  text(status: number, body: string): void
  /** Ends the connection without a byte of an answer. */
  reset(): void
  /** Ends it within the body that it announced. */
  half(): void
  /** Answers what is not HTTP. */
  garbage(): void
}

export type TestTarget = Target & AsyncDisposable & { seen: Seen[]; keys(): unknown[]; bodyOf(key: unknown): unknown }

/** `treat` that does nothing leaves the request without an answer. The server ends with the `await using` that holds it. */
export async function startTarget(treat: (received: Received) => void): Promise<TestTarget> {
  const seen: Seen[] = []
  const server = createServer((request, response) => {
    const keep = (text: string): void => {
      const { method, headers } = request
      const body: unknown = text === '' ? undefined : JSON.parse(text)
      const number = seen.push({ method, headers, body }) - 1
      treat({ number, method, headers, body, ...ways(response) })
    }
    // A request that the client ended half-way does not count.
    wholeBody(request).then(keep, () => undefined)
  })
  return {
    url: `http://127.0.0.1:${await listen(server)}`,
    path: '/order',
    seen,
    keys: () => seen.map(({ headers }) => headers['idempotency-key']),
    bodyOf: key => seen.find(({ headers }) => headers['idempotency-key'] === key)?.body,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

/** A loopback port on which nothing listens. */
export async function closedPort(): Promise<number> {
  const server = createTcpServer()
  const port = await listen(server)
  server.close()
  await once(server, 'close')
  return port
}

async function listen(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('The server has no port.')
  return address.port
}

async function wholeBody(request: IncomingMessage): Promise<string> {
  let text = ''
  for await (const chunk of request.setEncoding('utf8')) text += chunk
  return text
}

function ways(response: ServerResponse): Omit<Received, 'number' | keyof Seen> {
  const text = (status: number, body: string, headers?: OutgoingHttpHeaders): void =>
    void response.writeHead(status, headers).end(body)
  return {
    text,
    answer: (status, body, headers) => text(status, JSON.stringify(body), headers),
    reset: () => response.socket?.resetAndDestroy(),
    half: () => {
      response.writeHead(201, { 'content-length': 100 }).write('{"orderId":')
      setImmediate(() => response.socket?.destroy())
    },
    garbage: () => response.socket?.end('good morning\r\n\r\n'),
  }
}
