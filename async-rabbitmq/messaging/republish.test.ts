import assert from 'node:assert/strict'
import { test } from 'node:test'
import { LabError } from '#common/contracts/errors.ts'
import type { Headers, Incoming } from '../broker/message.ts'
import { attemptsOf, republishAsDeadLetter, republishFresh, republishRedriven, republishForRetry } from './republish.ts'

const error = new LabError('handler-failed', 'x'.repeat(1_000))
const message = (headers: Headers): Incoming => ({
  queue: 'q',
  body: Buffer.from('{}'),
  messageId: 'm',
  correlationId: 'c',
  type: 'OrderPlaced',
  contentType: 'application/json',
  headers,
  deliveryCount: 0,
  brokerReason: undefined,
})

test('a republished message has the bytes, ids and type of its original, and the headers of its publisher', () => {
  const before = message({ kind: 'theirs', 'x-delivery-count': 3 })
  const republished = [
    republishForRetry(before, { exchange: 'e', delayMs: 1 }, error),
    republishAsDeadLetter(before, 'dead', error, 1),
    republishFresh(before),
    republishRedriven(before, 'q'),
  ]
  const { body, messageId, correlationId, type, contentType } = before
  for (const { headers, exchange: _, routingKey: __, expirationMs: ___, ...rest } of republished) {
    assert.deepEqual(rest, { body, messageId, correlationId, type, contentType })
    assert.equal(headers?.kind, 'theirs')
    assert.equal(headers?.['x-delivery-count'], undefined)
  }
})

test('a retry counts an attempt, a fresh message keeps the attempts, and a redriven one has none', () => {
  const before = message({ 'x-attempt': 2, 'x-reason': 'handler-failed', 'x-detail': 'it broke' })
  assert.equal(republishForRetry(before, { exchange: 'e', delayMs: 1 }, error).headers?.['x-attempt'], 3)
  assert.deepEqual(republishFresh(before).headers, { 'x-attempt': 2 })
  assert.deepEqual(republishRedriven(before, 'q').headers, { 'x-redrives': 1 })
})

test('how often a message was redriven stays with it, whatever becomes of it, until another redrive counts one more', () => {
  const before = message({ 'x-redrives': 1 })
  const later = [
    republishForRetry(before, { exchange: 'e', delayMs: 1 }, error),
    republishFresh(before),
    republishAsDeadLetter(before, 'dead', error, 1),
  ]
  for (const { headers = {} } of later) assert.equal(headers['x-redrives'], 1)
  const [, , dead] = later
  assert.equal(republishRedriven(message(dead?.headers ?? {}), 'q').headers?.['x-redrives'], 2)
})

test('a long detail is cut, and attempts that another publisher wrote do not count', () => {
  assert.equal(String(republishAsDeadLetter(message({}), 'dead', error, 1).headers?.['x-detail']).length, 500)
  for (const odd of ['2', true, -1, 0.5]) assert.equal(attemptsOf(message({ 'x-attempt': odd })), 0)
  assert.equal(attemptsOf(message({ 'x-attempt': Number.MAX_SAFE_INTEGER })), 1_000)
})

test('headers that do not fit in a frame are left out and counted, also when the message is republished again', () => {
  const long = '\ufffd'.repeat(50_000)
  const given = {
    kind: 'theirs',
    long,
    ['n'.repeat(256)]: 1,
    many: 'x'.repeat(100_000),
    more: 'x'.repeat(30_000),
    last: 2,
  }
  const { headers } = republishFresh(message({ ...given, 'x-attempt': 1 }))
  assert.deepEqual(Object.keys(headers ?? {}), ['kind', 'many', 'last', 'x-attempt', 'x-left-out'])
  assert.equal(headers?.['x-left-out'], 3)
  const again = republishAsDeadLetter(message(headers ?? {}), 'dead', error, 2)
  assert.equal(again.headers?.['x-left-out'], 3)
  assert.equal(again.headers?.many, given.many)
})
