// The HTTP shell of a service: JSON in, JSON or a problem document out, a correlation id through all of it.
// Guarantees: whatever a client sends, it gets an answer with a stated meaning, and nothing else stops.
import type { Static, TSchema } from '../contracts/type.ts'
import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify'
import { randomInt, randomUUID } from 'node:crypto'
import type { ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { asLabError, ERRORS, LabError, problem, PROBLEM_TYPE } from '../contracts/errors.ts'
import { ClockView } from '../contracts/evidence.ts'
import { CORRELATION_ID } from '../contracts/headers.ts'
import { CommonHeaders, HealthView, OccupancyView } from '../contracts/http.ts'
import { MAX_MESSAGE_BYTES } from '../contracts/events.ts'
import { parseJson } from '../contracts/parse.ts'
import { readClock } from '../contracts/clock.ts'
import type { Context, Handler } from './handler.ts'
import type { Health } from './health.ts'
import type { Logger } from './log.ts'
import type { Occupancy } from './occupancy.ts'
import { answers, describeRoutes, ownCompilers } from './openapi.ts'

export type ServerParts = { log: Logger; health: Health; occupancy: Occupancy; closing: AbortSignal }
export type Server = FastifyInstance

/** A request has to be complete in this time, from its first byte on. */
const REQUEST_MS = 10_000

/** Clients that were turned away at one moment are told to come back at different ones, within so many seconds. */
const RETRY_SPREAD_S = 3

/**
 * A server with `GET /health` (200 or 503), `GET /occupancy`, `GET /clock` and `GET /openapi.json`; it does not listen yet.
 * `name` is `<model>/<folder>` of the service.
 */
export function createServer({
  name,
  log,
  health,
  occupancy,
  closing,
  config,
  requestMs = REQUEST_MS,
}: ServerParts & { name: string; config: { HOST: string }; requestMs?: number }): Server {
  // The last request of each connection.
  const latest = new WeakMap<Socket, ServerResponse>()
  const server: Server = fastify({
    ...ownCompilers,
    logger: false,
    bodyLimit: MAX_MESSAGE_BYTES,
    forceCloseConnections: 'idle',
    requestTimeout: requestMs,
    // Node exchanges the two limits when that of the headers is the longer one.
    http: { connectionsCheckingInterval: requestMs / 10, headersTimeout: requestMs },
    return503OnClosing: false,
    clientErrorHandler: (error, socket) => refuseGarbage(error, socket, latest.get(socket)),
    // An address that cannot be decoded is refused before there is a route with an error handler.
    frameworkErrors(error, _request, reply) {
      reply.hijack()
      refuse(reply.raw, new LabError('malformed', error.message))
    },
  })
  server.server.on('request', ({ socket }, response) => latest.set(socket, response))
  server.server.on('checkExpectation', (_request, response) =>
    refuse(response, new LabError('malformed', 'send no Expect header, or 100-continue')),
  )
  server.removeAllContentTypeParsers()
  server.addContentTypeParser('application/json', { parseAs: 'buffer' }, (_request, body, done) => {
    try {
      done(null, parseJson(body as Buffer))
    } catch (error) {
      done(asLabError(error))
    }
  })
  server.addHook('onRequest', (request, _reply, done) => {
    // Who sends none gets a new one, so that a refusal can be found in the logs too.
    request.headers[CORRELATION_ID] ??= randomUUID()
    done()
  })
  if (isLoopback(config.HOST)) refuseForeignHosts(server)
  refuseWhenClosing(server, closing)
  server.setErrorHandler((error, request, reply) => {
    const failure = fromFramework(error, request.routeOptions.bodyLimit ?? MAX_MESSAGE_BYTES)
    const { status } = ERRORS[failure.code]
    const fields = { route: request.url, status, code: failure.code, detail: failure.detail, orderId: failure.orderId }
    const correlationId = request.headers[CORRELATION_ID]
    log[status < 500 ? 'info' : 'warn']({ ...fields, correlationId }, 'answered with a problem')
    if (failure.code === 'order-undecided') reply.header('retry-after', '1')
    if (status === 503 && !failure.isFinal) reply.header('retry-after', String(randomInt(1, RETRY_SPREAD_S + 1)))
    return reply.code(status).type(PROBLEM_TYPE).send(problem(failure))
  })
  server.setNotFoundHandler((request, reply) => {
    const failure = new LabError('not-found', `there is no ${request.method} ${request.url.slice(0, 200)}`)
    return reply.code(404).type(PROBLEM_TYPE).send(problem(failure))
  })
  describeRoutes(server, name)
  describeService(server, { health, occupancy })
  return server
}

/** The routes that say how the service is. */
function describeService(server: Server, { health, occupancy }: Pick<ServerParts, 'health' | 'occupancy'>): void {
  const isHealthy = { description: 'whether the service can do its work now', schema: HealthView }
  server.get('/health', { schema: { response: answers({ 200: isHealthy, 503: isHealthy }) } }, (_request, reply) => {
    const view = health.view()
    return reply.code(view.healthy ? 200 : 503).send(view)
  })
  const isFull = { description: 'how full the service is, in sums that grow', schema: OccupancyView }
  server.get('/occupancy', { schema: { response: answers({ 200: isFull }) } }, () => occupancy.view())
  const clock = { description: "the service's monotonic clock and the boot it belongs to", schema: ClockView }
  server.get('/clock', { schema: { response: answers({ 200: clock }) } }, () => readClock())
}

/**
 * For Node's `clientError`: no parsable request, headers that are too large, or a request that does not end. The connection is
 * closed; the client may be gone before it reads the answer. A whole request that came before is answered first, and alone: a
 * refusal in its place would be taken for its answer.
 */
function refuseGarbage(error: Error, socket: Socket, latest: ServerResponse | undefined): void {
  if (!socket.writable) return void socket.destroy()
  if (latest?.req.complete && !latest.writableFinished) return void latest.once('finish', () => socket.end())
  const body = JSON.stringify(
    problem(new LabError('malformed', `the request cannot be read as HTTP (${error.message})`)),
  )
  socket.end(
    `HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Type: ${PROBLEM_TYPE}\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  )
}

/** For a request that is refused before it reaches a route, or before all of it has come. The connection is closed. */
function refuse(response: ServerResponse, error: LabError): void {
  response.writeHead(ERRORS[error.code].status, { 'content-type': PROBLEM_TYPE, connection: 'close' })
  response.end(JSON.stringify(problem(error)))
}

const isLoopback = (host: string): boolean => /^(localhost|127(\.\d+){3}|\[?::1\]?)$/i.test(host)

/**
 * A page in a browser of this machine may reach a service on loopback under a name of its own that resolves to 127.0.0.1 (DNS
 * rebinding); the name is what gives it away.
 */
function refuseForeignHosts(server: Server): void {
  server.addHook('onRequest', (request, _reply, done) => {
    // A client of HTTP/1.0 need not say any name.
    if (!request.hostname || isLoopback(request.hostname)) done()
    else
      done(
        new LabError('malformed', `the service listens on loopback, and is not "${request.hostname}"; use 127.0.0.1`),
      )
  })
}

/** A service that is stopping begins no request, and does not wait for the rest of one that has not come. */
function refuseWhenClosing(server: Server, closing: AbortSignal): void {
  const stopping = () => new LabError('unavailable', 'the service is stopping; nothing happened')
  const incomplete = new Set<FastifyReply>()
  server.addHook('onRequest', (_request, reply, done) => {
    if (closing.aborted) {
      reply.header('connection', 'close')
      return done(stopping())
    }
    incomplete.add(reply)
    reply.raw.once('close', () => incomplete.delete(reply))
    done()
  })
  // An answer to a request that came before: its connection would stay open, and be waited for.
  server.addHook('onSend', (_request, reply, payload, done) => {
    if (closing.aborted) reply.header('connection', 'close')
    done(null, payload)
  })
  server.addHook('preValidation', (_request, reply, done) => {
    incomplete.delete(reply)
    done()
  })
  closing.addEventListener('abort', () => {
    for (const reply of incomplete) {
      reply.hijack()
      refuse(reply.raw, stopping())
    }
  })
}

/** What fastify itself refuses, in the words of the table. */
function fromFramework(error: unknown, bodyLimit: number): LabError {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  if (code === 'FST_ERR_CTP_INVALID_MEDIA_TYPE') return new LabError('malformed', 'send the body as application/json')
  if (code === 'FST_ERR_CTP_BODY_TOO_LARGE') return new LabError('too-large', `a body holds at most ${bodyLimit} bytes`)
  const status = error instanceof Error && 'statusCode' in error ? error.statusCode : undefined
  if (!(error instanceof LabError) && typeof status === 'number' && status < 500)
    return new LabError('malformed', error instanceof Error ? error.message : 'the request cannot be read')
  return asLabError(error)
}

/** The context of a request whose headers its route has validated. */
export function contextOf(request: FastifyRequest, { log, closing }: ServerParts): Context {
  const correlationId = String(request.headers[CORRELATION_ID])
  return { correlationId, signal: closing, log: log.child({ correlationId }) }
}

/** A route that hands its body to a handler, once the schema has let it pass, and answers with what that decided. */
export function postRoute<In extends TSchema, Out>(
  server: Server,
  parts: ServerParts,
  { path, body, answer, handler }: { path: string; body: In; answer: TSchema; handler: Handler<Static<In>, Out> },
): void {
  const schema = {
    headers: CommonHeaders,
    body,
    response: answers({ 200: { description: 'done, now or before', schema: answer } }),
  }
  server.post(path, { schema }, async (request, reply) => {
    // The schema has let it pass.
    const decided = await handler(request.body as Static<In>, contextOf(request, parts))
    // Bytes go out as they are: only a fault answers so.
    return reply.type('application/json').send(decided instanceof Uint8Array ? Buffer.from(decided) : decided)
  })
}
