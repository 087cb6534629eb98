import assert from 'node:assert/strict'
import { test } from 'node:test'
import { problemsOf } from './openapi-documents.ts'

const document = { openapi: '3.1.0', info: { title: 'a', version: '1' }, paths: {} }

test('a valid document of version 3.1 passes; one of another version, or with a route that answers nothing, does not', async () => {
  assert.deepEqual(await problemsOf(document), [])
  assert.match((await problemsOf({ ...document, openapi: '3.0.3' })).join(), /is OpenAPI 3\.0, not 3\.1/)
  assert.match(
    (await problemsOf({ ...document, paths: { '/a': { get: { responses: 1 } } } })).join(),
    /not valid OpenAPI/,
  )
})
