import assert from 'node:assert/strict'
import { test } from 'node:test'
import { problemsOf, routesUnlike } from './openapi-documents.ts'

const document = { openapi: '3.1.0', info: { title: 'a', version: '1' }, paths: {} }

test('a valid document of version 3.1 passes; one of another version, or with a route that answers nothing, does not', async () => {
  assert.deepEqual(await problemsOf(document), [])
  assert.match((await problemsOf({ ...document, openapi: '3.0.3' })).join(), /is OpenAPI 3\.0, not 3\.1/)
  assert.match(
    (await problemsOf({ ...document, paths: { '/a': { get: { responses: 1 } } } })).join(),
    /not valid OpenAPI/,
  )
})

test('a route that only the README or only the service has is reported', () => {
  const paths = { '/order': { post: {} }, '/order/{orderId}': { get: {} }, '/stock': { get: {} } }
  const rows = [
    '| shop | `POST /order` | 201 |',
    '| shop | `GET /order/:orderId`, `/orders` | all |',
    '| other | `GET /x` | x |',
  ]
  assert.deepEqual(
    routesUnlike({ ...document, paths }, [...rows, '| all | `GET /openapi.json` | |'].join('\n'), 'shop'),
    ['the README does not list GET /stock', 'the README lists GET /orders, which it does not serve'],
  )
})
