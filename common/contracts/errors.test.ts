import assert from 'node:assert/strict'
import { test } from 'node:test'
import { asLabError, ERRORS, LabError, Problem, problem, settlementOf } from './errors.ts'
import { parse } from './parse.ts'

test('a status means one thing: a 400 or 413 is never retried, and only a 503 stops a consumer', () => {
  for (const [code, { status, settlement }] of Object.entries(ERRORS)) {
    if (status === 400 || status === 413) assert.equal(settlement, 'dead-letter', code)
    if (settlement === 'stop') assert.equal(status, 503, code)
    if (settlement === 'ack') assert.equal(status, 409, code)
  }
})

test('an unexpected error is a failure of the service, and its message is kept', () => {
  for (const thrown of [new Error('a bug'), 'a bug', new TypeError('a bug')]) {
    const { code, detail } = asLabError(thrown)
    assert.deepEqual([code, detail], ['handler-failed', 'a bug'])
    assert.equal(settlementOf(thrown), 'retry')
  }
  for (const thrown of [undefined, null, 7, {}]) assert.equal(asLabError(thrown).code, 'handler-failed')
})

test('an error of the table keeps its code', () => {
  const error = new LabError('store-failed', 'the disk is full')
  assert.equal(asLabError(error), error)
  assert.equal(settlementOf(error), 'stop')
})

test('a problem document has the status, the code and the order, and no stack trace', () => {
  const document = problem(new LabError('out-of-stock', 'no burgers', { orderId: 'a', cause: new Error('secret') }))
  assert.deepEqual(parse(Problem, document), {
    type: 'urn:problem:out-of-stock',
    title: ERRORS['out-of-stock'].title,
    status: 409,
    code: 'out-of-stock',
    detail: 'no burgers',
    orderId: 'a',
  })
  assert.equal('orderId' in problem(new LabError('malformed', 'what?')), false)
})
