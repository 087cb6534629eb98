import assert from 'node:assert/strict'
import { test } from 'node:test'
import { envelopeOf, isProbe, PROBE } from './message.ts'

test('every message is durable and mandatory, and has an id that identifies it when it is returned', () => {
  const message = { exchange: 'e', routingKey: 'k', body: Buffer.from('{}') }
  const { durable, mandatory, messageId } = envelopeOf(message)
  assert.deepEqual([durable, mandatory], [true, true])
  assert.ok(messageId)
  assert.notEqual(envelopeOf(message).messageId, messageId)
  assert.equal(envelopeOf({ ...message, messageId: 'given' }).messageId, 'given')
})

test('text that is too long for a property is cut between characters, so that a message comes back with the id that it was sent with', () => {
  const { messageId, correlationId, type } = envelopeOf({
    exchange: 'e',
    routingKey: 'k',
    body: Buffer.from('{}'),
    messageId: '\ufffd'.repeat(100),
    correlationId: `${'x'.repeat(254)}é`,
    type: 'x'.repeat(255),
  })
  assert.equal(messageId, '\ufffd'.repeat(85))
  assert.equal(correlationId, 'x'.repeat(254))
  assert.equal(type, 'x'.repeat(255))
})

test('a probe is known by its bytes, and by no type', () => {
  assert.ok(isProbe({ body: Buffer.from(PROBE.body) }))
  for (const body of ['{}', '', String(PROBE.body).slice(1)]) assert.ok(!isProbe({ body: Buffer.from(body) }))
})
