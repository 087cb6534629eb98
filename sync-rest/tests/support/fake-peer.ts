// A peer of order_service that the test plays itself: it answers as it is told, and keeps what it was asked.
import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http'
import { waitFor } from '#host/wait-for.ts'

const PATIENCE_MS = 10_000

export type Asked = { path: string; orderId: string; headers: IncomingHttpHeaders; body: string }

/** What becomes of one request. Doing nothing leaves it without an answer. */
export type Treat = (response: ServerResponse, asked: Asked) => void

export type FakePeer = AsyncDisposable & {
  url: string
  /** Refuses connections until it listens again, at the same address. */
  refuse(): Promise<void>
  listen(): Promise<void>
  asked: Asked[]
  /** By path; may be changed at any time. */
  treat: Record<string, Treat>
  /** The orders that a path was asked about, in their sequence. */
  ordersOf(path: string): string[]
  /** Waits until `path` was asked about the order so many times. */
  askedFor(path: string, orderId: string, times?: number): Promise<void>
}

const json =
  (status: number, body: (asked: Asked) => unknown): Treat =>
  (response, asked) => {
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body(asked)))
  }

export const says = (status: string): Treat => json(200, ({ orderId }) => ({ orderId, status }))

/** A problem document as the services write it. */
export const problem = (status: number, code: string): Treat =>
  json(status, ({ orderId }) => ({ type: `urn:problem:${code}`, title: code, status, code, detail: code, orderId }))

export const text =
  (status: number, body: string): Treat =>
  response => {
    response.writeHead(status).end(body)
  }

export const reset: Treat = response => void response.socket?.resetAndDestroy()
export const hang: Treat = () => {}

/** Announces more than it sends. */
export const half: Treat = response => {
  response.writeHead(200, { 'content-length': 100 }).write('{"orderId":')
  setImmediate(() => response.socket?.destroy())
}

async function startPeer(treat: Record<string, Treat>): Promise<FakePeer> {
  const asked: Asked[] = []
  const server = createServer((request, response) => {
    const { url = '', headers } = request
    let body = ''
    request.setEncoding('utf8').on('data', chunk => (body += chunk))
    request.on('end', () => {
      const { orderId } = JSON.parse(body) as { orderId: string }
      const one = { path: url, orderId, headers, body }
      asked.push(one)
      const treatment = peer.treat[url] ?? text(404, 'not here')
      treatment(response, one)
    })
    request.on('error', () => {})
    response.on('error', () => {})
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const port = typeof address === 'object' && address ? address.port : 0
  const peer: FakePeer = {
    url: `http://127.0.0.1:${port}`,
    async refuse() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
    async listen() {
      server.listen(port, '127.0.0.1')
      await once(server, 'listening')
    },
    asked,
    treat,
    ordersOf: path => asked.filter(one => one.path === path).map(({ orderId }) => orderId),
    async askedFor(path, orderId, times = 1) {
      const often = () => peer.ordersOf(path).filter(id => id === orderId).length >= times
      await waitFor(often, { deadlineMs: PATIENCE_MS, everyMs: 5, what: `${path} of ${orderId}, ${times} times` })
    },
    async [Symbol.asyncDispose]() {
      if (server.listening) await peer.refuse()
    },
  }
  return peer
}

export const startInventory = (treat: Record<string, Treat> = {}): Promise<FakePeer> =>
  startPeer({ '/reserve': says('reserved'), '/release': says('released'), ...treat })

export const startNotification = (treat: Record<string, Treat> = {}): Promise<FakePeer> =>
  startPeer({ '/send': says('sent'), ...treat })
