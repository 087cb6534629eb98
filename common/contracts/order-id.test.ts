import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { test } from 'node:test'
import { deriveOrderId, isOrderId } from './order-id.ts'

test('the same user and key give the same id, in this version and the next', () => {
  assert.equal(deriveOrderId('ada', 'key-1'), deriveOrderId('ada', 'key-1'))
  assert.equal(deriveOrderId('ada', 'key-1'), 'c74a1efd-3656-8746-983a-fc6005409401')
})

test('another user or another key gives another id', () => {
  const ids = new Set([deriveOrderId('ada', 'k'), deriveOrderId('bob', 'k'), deriveOrderId('ada', 'l')])
  assert.equal(ids.size, 3)
})

test('pairs of user and key that look alike when joined have different ids', () => {
  assert.notEqual(deriveOrderId('a\0b', 'c'), deriveOrderId('a', 'b\0c'))
  assert.notEqual(deriveOrderId('a","b', 'c'), deriveOrderId('a', 'b","c'))
  assert.notEqual(deriveOrderId('ab', ''), deriveOrderId('a', 'b'))
  assert.notEqual(deriveOrderId('\ud800', 'k'), deriveOrderId('\ud801', 'k'))
})

test('a derived id is a UUID of version 8', () => {
  assert.match(deriveOrderId('ada', 'k'), /^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
})

test('an order id is a lower-case UUID and nothing else', () => {
  assert.ok(isOrderId(deriveOrderId('ada', 'k')))
  assert.ok(isOrderId(randomUUID()))
  for (const value of ['', 'order-1', randomUUID().toUpperCase(), `${randomUUID()} `, 7, null, undefined, {}]) {
    assert.equal(isOrderId(value), false)
  }
})
