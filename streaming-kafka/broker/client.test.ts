import { Ajv2020 } from 'ajv/dist/2020.js'
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Admin } from './client.ts'

test('a schema is compiled when a value is checked by it, and says what is wrong with the value', () => {
  const broken = new Ajv2020().compile({ type: 'no such type' })
  assert.throws(() => broken(1), /no such type/, 'it was declared without an error')
  const isText = new Ajv2020().compile<unknown>({ type: 'string' })
  const verdict = (value: unknown) => [isText(value), isText.errors?.map(error => error.message)]
  assert.deepEqual(verdict('a'), [true, undefined])
  assert.deepEqual(verdict(1), [false, ['must be string']])
})

test('the client library declares its schemas by that, and checks options where it is asked to', () => {
  const admin = { clientId: 'a', bootstrapBrokers: ['127.0.0.1:1'], strict: true }
  assert.throws(() => new Admin({ ...admin, timeout: 'soon' as unknown as number }), /timeout must be number/)
})
