// A peer of order_service that the test plays itself: it answers as its responders do, and records the requests.
import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http'
import { waitFor } from '#host/wait-for.ts'

const PATIENCE_MS = 10_000

export type PeerRequest = { path: string; orderId: string; headers: IncomingHttpHeaders; body: string }

/** Answers one request. Doing nothing leaves it without an answer. */
export type Responder = (response: ServerResponse, request: PeerRequest) => void

export type FakePeer = AsyncDisposable & {
  url: string
  /** Refuses connections until it listens again, at the same address. */
  refuse(): Promise<void>
  listen(): Promise<void>
  requests: PeerRequest[]
  /** By path; each may be replaced at any time. */
  readonly responders: Record<string, Responder>
  /** The orders of the requests at a path, in the sequence of the requests. */
  ordersOf(path: string): string[]
  /** Waits until so many requests about the order came at a path. */
  receives(path: string, orderId: string, times?: number): Promise<void>
}

const json =
  (status: number, body: (request: PeerRequest) => unknown): Responder =>
  (response, request) => {
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body(request)))
  }

export const answers = (status: string): Responder => json(200, ({ orderId }) => ({ orderId, status }))

/** A problem document as the services write it. */
export const problem = (status: number, code: string): Responder =>
  json(status, ({ orderId }) => ({ type: `urn:problem:${code}`, title: code, status, code, detail: code, orderId }))

export const text =
  (status: number, body: string): Responder =>
  response => {
    response.writeHead(status).end(body)
  }

export const reset: Responder = response => void response.socket?.resetAndDestroy()
export const hang: Responder = () => {}

/** Announces more than it sends. */
export const half: Responder = response => {
  response.writeHead(200, { 'content-length': 100 }).write('{"orderId":')
  setImmediate(() => response.socket?.destroy())
}

async function startPeer(responders: Record<string, Responder>): Promise<FakePeer> {
  const requests: PeerRequest[] = []
  const server = createServer((request, response) => {
    const { url = '', headers } = request
    let body = ''
    request.setEncoding('utf8').on('data', chunk => (body += chunk))
    request.on('end', () => {
      const { orderId } = JSON.parse(body) as { orderId: string }
      const received = { path: url, orderId, headers, body }
      requests.push(received)
      const respond = responders[url] ?? text(404, 'not here')
      respond(response, received)
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
    requests,
    responders,
    ordersOf: path => requests.filter(request => request.path === path).map(({ orderId }) => orderId),
    async receives(path, orderId, times = 1) {
      const often = () => peer.ordersOf(path).filter(id => id === orderId).length >= times
      await waitFor(often, { deadlineMs: PATIENCE_MS, everyMs: 5, what: `${path} of ${orderId}, ${times} times` })
    },
    async [Symbol.asyncDispose]() {
      if (server.listening) await peer.refuse()
    },
  }
  return peer
}

export const startInventory = (): Promise<FakePeer> =>
  startPeer({ '/reserve': answers('reserved'), '/release': answers('released') })

export const startNotification = (): Promise<FakePeer> => startPeer({ '/send': answers('sent') })

/** Takes webhooks at `/told`. */
export const startReceiver = (): Promise<FakePeer> => startPeer({ '/told': text(204, '') })
