/**
 * The page's server: the page itself, a stream of frames, and what the page asks for.
 *
 * Guarantees: it listens on loopback alone. Without the token of its address nothing is answered, so that other users of the machine
 * have no part in it; a request under another host's name, or sent by another page, is refused, so that no page of the web has one
 * either. Whatever is asked wrong is answered in one sentence, and nothing else stops.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createHash, randomBytes } from 'node:crypto'
import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify'
import { Type } from '#common/contracts/type.ts'
import { LabError } from '#common/contracts/errors.ts'
import { closedObject, parse } from '#common/contracts/parse.ts'
import { ScriptAction } from '#engine/experiment/script-format.ts'
import { pageFiles } from './page-files.ts'
import type { LiveSession } from './session.ts'

const Name = Type.String({ minLength: 1, maxLength: 64 })
const Models = Type.Array(Name, { minItems: 1, maxItems: 10 })
const Perform = closedObject({ models: Models, action: ScriptAction })
const Play = closedObject({ models: Models, seed: Type.Integer({ minimum: 0, maximum: 2 ** 31 - 1 }) })
const Judge = closedObject({ model: Name })
const Restart = closedObject({ model: Name, configuration: Name })
const Index = /^\d{1,9}$/

export type LiveServer = { address: string; close(): Promise<void> }

/** @param port 0 for one that is free. @throws Error where it is in use */
export async function openLiveServer(session: LiveSession, port: number): Promise<LiveServer> {
  const token = randomBytes(16).toString('hex')
  const server = fastify({ logger: false, forceCloseConnections: true, bodyLimit: 64 * 1024 })
  // Known when it listens.
  let own = ''
  server.addHook('onRequest', async request => refuseOthers(request, own))
  server.setErrorHandler((error, _request, reply) => {
    const [status, sentence] = statusOf(error)
    return reply.code(status).send({ sentence })
  })
  server.setNotFoundHandler((_request, reply) =>
    reply.code(404).send({ sentence: 'There is nothing at this address.' }),
  )
  addRoutes(server, `/${token}`, session)
  own = new URL(await server.listen({ host: '127.0.0.1', port })).host
  return { address: `http://${own}/${token}/`, close: () => server.close() }
}

function refuseOthers({ headers }: FastifyRequest, own: string): void {
  const isOwn = headers.host === own && (headers.origin === undefined || headers.origin === `http://${own}`)
  const isOfOtherSite = headers['sec-fetch-site'] === 'cross-site' && headers['sec-fetch-mode'] !== 'navigate'
  if (!isOwn || isOfOtherSite) throw new LabError('not-found', 'This page answers to its own address alone.')
}

function statusOf(error: unknown): [number, string] {
  if (error instanceof LabError) return [error.code === 'not-found' ? 404 : 400, error.detail]
  const message = error instanceof Error ? error.message : String(error)
  const status = error instanceof Error && 'statusCode' in error ? Number(error.statusCode) : 409
  return [error instanceof RangeError ? 400 : status, message]
}

function addRoutes(server: FastifyInstance, base: string, session: LiveSession): void {
  const files = pageFiles()
  // The one script within the page is the map of its imports; uPlot sets styles.
  const [, map = ''] = /<script type="importmap">(.*?)<\/script>/.exec(files.get('')?.body ?? '') ?? []
  const scripts = `'self' 'sha256-${createHash('sha256').update(map).digest('base64')}'`
  const policy = `default-src 'self'; img-src data:; style-src 'self' 'unsafe-inline'; script-src ${scripts}`
  for (const [name, { type, body }] of files)
    server.get(`${base}/${name}`, (_request, reply) =>
      reply.header('content-security-policy', policy).header('referrer-policy', 'no-referrer').type(type).send(body),
    )
  server.get(`${base}/facts`, () => session.facts())
  server.get(`${base}/frames`, (request, reply) => stream(session, request, reply))
  server.post(`${base}/perform`, async request => {
    const { models, action } = parse(Perform, request.body, 'request')
    await session.perform(models, action)
    return {}
  })
  server.post(`${base}/play`, async request => {
    const { models, seed } = parse(Play, request.body, 'request')
    await session.playRandom(models, seed)
    return {}
  })
  server.post(`${base}/judge`, async request => {
    await session.judge(parse(Judge, request.body, 'request').model)
    return {}
  })
  server.post(`${base}/restart`, async request => {
    const { model, configuration } = parse(Restart, request.body, 'request')
    await session.restart(model, configuration)
    return {}
  })
  server.get<{ Params: { model: string; index: string } }>(`${base}/orders/:model/:index`, async ({ params }) => {
    const story = Index.test(params.index) ? await session.story(params.model, Number(params.index)) : undefined
    if (story) return story
    throw new LabError('not-found', `There is no order ${params.index} in ${params.model}.`)
  })
  server.get<{ Params: { model: string } }>(`${base}/dead-letters/:model`, ({ params }) => {
    const found = session.deadLetters(params.model)
    if (found) return found
    throw new LabError('not-found', `${params.model} has not begun.`)
  })
  server.get(`${base}/report.html`, (_request, reply) => reply.type('text/html').send(reportOf(session)))
}

function reportOf({ folder }: LiveSession): string {
  try {
    return readFileSync(join(folder, 'report.html'), 'utf8')
  } catch {
    throw new LabError('not-found', 'There is no report yet: judge a lane first.')
  }
}

/** Server-sent events. A page that reads too slowly is left out of frames until it has caught up, and is told all again then. */
function stream(session: LiveSession, request: FastifyRequest, reply: FastifyReply): void {
  reply.hijack()
  const { raw } = reply
  raw.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' })
  let hasMissed = false
  const end = session.subscribe(frame => {
    if (raw.writableNeedDrain) hasMissed = true
    else {
      raw.write(`data: ${JSON.stringify(hasMissed ? session.whole() : frame)}\n\n`)
      hasMissed = false
    }
  })
  request.raw.on('close', end)
}
