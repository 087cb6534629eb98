// `GET /openapi.json`: the service's OpenAPI document (3.1), made from the very schemas by which its routes validate.
// Guarantees: what the document refuses is refused with 400 `malformed`, and what it lets pass reaches the handler.
// Not promised: the document says nothing of what only the workflow decides, such as whether stock is there.
import fastify, { type FastifyInstance, type RouteOptions } from 'fastify'
import type { TSchema } from '../contracts/type.ts'
import { asLabError, Problem, PROBLEM_TYPE } from '../contracts/errors.ts'
import { parse } from '../contracts/parse.ts'

/** Every route may answer with a problem document. */
const PROBLEMS = {
  description: 'a problem document (RFC 9457); `code` says which',
  content: { [PROBLEM_TYPE]: { schema: Problem } },
}

const json = (description: string, schema: TSchema) => ({ description, content: { 'application/json': { schema } } })

type Answers = Readonly<Record<number, { description: string; schema: TSchema }>>

/** The `response` of a route's schema: its answers by status, and the problem documents. */
export const answers = (given: Answers) => ({
  ...Object.fromEntries(
    Object.entries(given).map(([status, { description, schema }]) => [status, json(description, schema)]),
  ),
  '4xx': PROBLEMS,
  '5xx': PROBLEMS,
})

/** The `response` of a route that sends server-sent events, each with such JSON as its data. */
export const eventStream = ({ description, schema }: Answers[number]) => ({
  ...answers({}),
  200: { description, content: { 'text/event-stream': { schema } } },
  204: { description: 'there is no later event' },
})

const isSetLater = (): never => {
  throw new Error('a compiler of schemas is needed before it was set')
}

/** An option of `fastify()`: without it fastify loads compilers of its own (ajv) before `describeRoutes` can set others. */
export const ownCompilers = {
  schemaController: { compilersFactory: { buildValidator: isSetLater, buildSerializer: isSetLater } },
}

/** Call it before the first route: it sees only those that follow. @param title the name of the service */
export function describeRoutes(server: FastifyInstance, title: string): void {
  server.setValidatorCompiler<TSchema>(({ schema, httpPart = 'body' }) => data => {
    try {
      return { value: parse(schema, httpPart === 'querystring' ? withNumbers(data) : data, httpPart) }
    } catch (error) {
      return { error: asLabError(error) }
    }
  })
  // A schema says what an answer holds; it does not take away what it does not name.
  server.setSerializerCompiler(() => data => JSON.stringify(data))
  const routes: RouteOptions[] = []
  server.addHook('onRoute', route => void routes.push(route))
  let document: ReturnType<typeof documentOf> | undefined
  server.get('/openapi.json', { schema: { hide: true } }, () => (document ??= documentOf(title, routes)))
}

/** Made when it is first requested: few processes ever show it, and what makes it is a good part of what a service would load. */
async function documentOf(title: string, routes: readonly RouteOptions[]) {
  const { default: swagger } = await import('@fastify/swagger')
  const described = fastify({ ...ownCompilers, exposeHeadRoutes: false })
  described.setValidatorCompiler(() => () => true)
  described.setSerializerCompiler(() => String)
  await described.register(swagger, { openapi: { openapi: '3.1.0', info: { title, version: '1' } } })
  for (const { method, url, schema } of routes)
    if (method !== 'HEAD') described.route({ method, url, ...(schema && { schema }), handler: () => {} })
  await described.ready()
  return described.swagger()
}

/** A query is text; where it is a whole number, the schema may require one. What is too large for one stays too large. */
function withNumbers(query: unknown): unknown {
  const read = (value: unknown) => (typeof value === 'string' && /^\d{1,16}$/.test(value) ? Number(value) : value)
  return Object.fromEntries(Object.entries(query ?? {}).map(([name, value]) => [name, read(value)]))
}
