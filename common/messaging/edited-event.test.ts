import assert from 'node:assert/strict'
import { test } from 'node:test'
import { OrderPlaced, orderPlaced } from '../contracts/events.ts'
import { readEdited } from './edited-event.ts'
import { readEvent } from './read-event.ts'

const read = readEvent(OrderPlaced, ['OrderPlaced'])
const happened = { correlationId: 'c', occurredAt: '2026-01-01T00:00:00.000Z' }
const bytesOf = (change: Partial<OrderPlaced['data']> = {}, when = happened) =>
  Buffer.from(
    JSON.stringify(
      orderPlaced(
        { orderId: 'o', userId: 'u', kitchenId: 'k', items: [{ sku: 'burger', quantity: 2 }], ...change },
        when,
      ),
    ),
  )
const edit = (original: Buffer | null, edited: Buffer, reason = 'retries-exhausted') =>
  readEdited(read, { reason, original, edited })

test('an edit changes no order that its client knows', () => {
  for (const change of [{ items: [{ sku: 'burger', quantity: 1 }] }, { orderId: 'other' }, { userId: 'eve' }])
    assert.throws(() => edit(bytesOf(), bytesOf(change)), { code: 'order-conflict', message: /redrive it as it is/ })
  edit(bytesOf(), bytesOf({}, { correlationId: 'other', occurredAt: '2027-01-01T00:00:00Z' }))
})

test('what could not be read, or is in conflict with another order, may become any order that can be read', () => {
  for (const original of [null, Buffer.from(''), Buffer.from('{"data":{"orderId":"o"}}')]) {
    edit(original, bytesOf())
    assert.throws(() => edit(original, Buffer.from('{}')), { code: 'malformed' })
  }
  edit(bytesOf(), bytesOf({ orderId: 'free' }), 'order-conflict')
})
