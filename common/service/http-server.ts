// The HTTP shell of a service: JSON in, JSON or a problem document out, a correlation id through all of it.
// Guarantees: whatever a client sends, it gets an answer with a stated meaning, and nothing else stops.
import fastify, { type FastifyInstance, type FastifyRequest } from 'fastify'
import { randomUUID } from 'node:crypto'
import { asLabError, ERRORS, LabError } from '../contracts/errors.ts'
import { CORRELATION_ID } from '../contracts/http.ts'
import { MAX_MESSAGE_BYTES } from '../contracts/events.ts'
import { parseJson } from '../contracts/parse.ts'
import { problem, PROBLEM_TYPE } from '../contracts/problem.ts'
import { readClock } from '../contracts/clock.ts'
import type { Context, Handler } from './handler.ts'
import type { Health } from './health.ts'
import type { Logger } from './log.ts'
import { refuse, refuseGarbage } from './raw-refusal.ts'

export type ServerParts = { log: Logger; health: Health; closing: AbortSignal }
export type Server = FastifyInstance

/** A server with `GET /health` (200 or 503) and `GET /clock`; it does not listen yet. */
export function createServer({ log, health }: ServerParts): Server {
  const server: Server = fastify({
    logger: false,
    bodyLimit: MAX_MESSAGE_BYTES,
    forceCloseConnections: 'idle',
    clientErrorHandler: refuseGarbage,
    // An address that cannot be decoded is refused before there is a route with an error handler.
    frameworkErrors(error, _request, reply) {
      reply.hijack()
      refuse(reply.raw, error.message)
    },
  })
  server.server.on('checkExpectation', (_request, response) =>
    refuse(response, 'send no Expect header, or 100-continue'),
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
  server.setErrorHandler((error, request, reply) => {
    const failure = fromFramework(error)
    const { status } = ERRORS[failure.code]
    const fields = { route: request.url, status, code: failure.code, detail: failure.detail, orderId: failure.orderId }
    const correlationId = request.headers[CORRELATION_ID]
    log[status < 500 ? 'info' : 'warn']({ ...fields, correlationId }, 'answered with a problem')
    if (failure.code === 'order-undecided' || status === 503) reply.header('retry-after', '1')
    return reply.code(status).type(PROBLEM_TYPE).send(problem(failure))
  })
  server.setNotFoundHandler((request, reply) => {
    const failure = new LabError('not-found', `there is no ${request.method} ${request.url.slice(0, 200)}`)
    return reply.code(404).type(PROBLEM_TYPE).send(problem(failure))
  })
  server.get('/health', (_request, reply) => {
    const view = health.view()
    return reply.code(view.healthy ? 200 : 503).send(view)
  })
  server.get('/clock', () => readClock())
  return server
}

/** What fastify itself refuses, in the words of the table. */
function fromFramework(error: unknown): LabError {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  if (code === 'FST_ERR_CTP_INVALID_MEDIA_TYPE') return new LabError('malformed', 'send the body as application/json')
  if (code === 'FST_ERR_CTP_BODY_TOO_LARGE')
    return new LabError('too-large', `a body holds at most ${MAX_MESSAGE_BYTES} bytes`)
  const status = error instanceof Error && 'statusCode' in error ? error.statusCode : undefined
  if (!(error instanceof LabError) && typeof status === 'number' && status < 500)
    return new LabError('malformed', error instanceof Error ? error.message : 'the request cannot be read')
  return asLabError(error)
}

const HEADER_TEXT = /^[\x21-\x7e]{1,128}$/

/**
 * A header of 1 to 128 printable characters; undefined when it is not there.
 * @throws LabError `malformed`
 */
export function readHeader(request: FastifyRequest, name: string): string | undefined {
  const value = request.headers[name]
  if (value === undefined) return undefined
  if (typeof value === 'string' && HEADER_TEXT.test(value)) return value
  throw new LabError('malformed', `the header ${name} must hold 1 to 128 printable characters, and once`)
}

/** The context of a request. */
export function contextOf(request: FastifyRequest, { log, closing }: ServerParts): Context {
  const correlationId = readHeader(request, CORRELATION_ID) ?? randomUUID()
  return { correlationId, signal: closing, log: log.child({ correlationId }) }
}

/** A route that hands its parsed body to a handler and answers with what that decided. */
export function postRoute<In, Out>(
  server: Server,
  parts: ServerParts,
  { path, read, handler, status }: { path: string; read(body: unknown): In; handler: Handler<In, Out>; status: number },
): void {
  server.post(path, async (request, reply) => {
    const answer = await handler(read(request.body), contextOf(request, parts))
    // Bytes go out as they are: only a fault answers so.
    return reply
      .code(status)
      .type('application/json')
      .send(answer instanceof Uint8Array ? Buffer.from(answer) : answer)
  })
}
