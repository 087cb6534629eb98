import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Validator } from '@seriousme/openapi-schema-validator'
import { Type } from '../contracts/type.ts'
import { ReserveAnswer, ReserveRequest } from '../contracts/http.ts'
import { pageRoute } from './evidence-routes.ts'
import { createHealth } from './health.ts'
import { createOccupancy } from './occupancy.ts'
import { createServer, postRoute } from './http-server.ts'
import { createLog } from './log.ts'

async function sampleServer() {
  const parts = {
    name: 'sample',
    log: createLog('test', 'silent'),
    health: createHealth(),
    occupancy: createOccupancy(),
    closing: new AbortController().signal,
  }
  const server = createServer({ ...parts, config: { HOST: '127.0.0.1' } })
  postRoute(server, parts, {
    path: '/reserve',
    body: ReserveRequest,
    answer: ReserveAnswer,
    handler: async ({ orderId }) => ({ orderId, status: 'reserved' as const, also: 1 }),
  })
  pageRoute(server, '/rows', Type.Object({ seq: Type.Integer() }), async (after, limit) => ({
    rows: [{ seq: after }],
    next: limit,
  }))
  return server
}

const order = { orderId: 'o', userId: 'u', kitchenId: 'k', items: [{ sku: 'burger', quantity: 1 }] }

test('the document is valid OpenAPI 3.1, and names the routes, their bodies and their problem documents', async () => {
  const document = (await (await sampleServer()).inject('/openapi.json')).json()
  assert.deepEqual(await new Validator().validate(document), { valid: true })
  assert.equal(document.openapi, '3.1.0')
  assert.deepEqual(Object.keys(document.paths).sort(), ['/clock', '/health', '/occupancy', '/reserve', '/rows'])
  const { requestBody, responses } = document.paths['/reserve'].post
  assert.deepEqual(requestBody.content['application/json'].schema.required, ['orderId', 'kitchenId', 'userId', 'items'])
  assert.ok(responses['4XX'].content['application/problem+json'])
})

test('what the document refuses is refused as malformed, with the first wrong field', async () => {
  const server = await sampleServer()
  const answer = await server.inject({ method: 'POST', url: '/reserve', payload: { ...order, items: [] } })
  assert.equal(answer.statusCode, 400)
  assert.deepEqual(
    [answer.json().code, answer.headers['content-type']],
    ['malformed', 'application/problem+json; charset=utf-8'],
  )
  assert.match(answer.json().detail, /^body\.items /)
  const wrong = await Promise.all(
    ['-1', '0', '1.5', 'x', '', '1001'].map(limit => server.inject(`/rows?limit=${limit}`)),
  )
  assert.deepEqual(
    wrong.map(({ statusCode }) => statusCode),
    [400, 400, 400, 400, 400, 400],
  )
})

test('a query has numbers and defaults, and an answer loses nothing that its schema does not name', async () => {
  const server = await sampleServer()
  assert.deepEqual((await server.inject('/rows?after=7')).json(), { rows: [{ seq: 7 }], next: 100 })
  assert.deepEqual((await server.inject({ method: 'POST', url: '/reserve', payload: order })).json(), {
    orderId: 'o',
    status: 'reserved',
    also: 1,
  })
})

test('a header is refused by the pattern that the document shows, and the largest number of a query is taken', async () => {
  const server = await sampleServer()
  const document = (await server.inject('/openapi.json')).json()
  const [{ name, in: place, schema }] = document.paths['/reserve'].post.parameters
  assert.deepEqual([name, place], ['x-correlation-id', 'header'])
  for (const [id, status] of [
    ['a'.repeat(128), 200],
    ['a'.repeat(129), 400],
    ['two words', 400],
  ] as const) {
    const answer = await server.inject({ method: 'POST', url: '/reserve', payload: order, headers: { [name]: id } })
    assert.equal(answer.statusCode, status, id)
    assert.equal(new RegExp(schema.pattern).test(id), status === 200)
  }
  assert.equal((await server.inject(`/rows?after=${Number.MAX_SAFE_INTEGER}`)).statusCode, 200)
  assert.equal((await server.inject(`/rows?after=${Number.MAX_SAFE_INTEGER + 1}`)).statusCode, 400)
})
