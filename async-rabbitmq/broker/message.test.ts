import assert from 'node:assert/strict'
import { test } from 'node:test'
import { envelopeOf } from './message.ts'

test('every message is durable and mandatory, and has an id that identifies it when it is returned', () => {
  const message = { exchange: 'e', routingKey: 'k', body: Buffer.from('{}') }
  const { durable, mandatory, messageId } = envelopeOf(message)
  assert.deepEqual([durable, mandatory], [true, true])
  assert.ok(messageId)
  assert.notEqual(envelopeOf(message).messageId, messageId)
  assert.equal(envelopeOf({ ...message, messageId: 'given' }).messageId, 'given')
})
