import assert from 'node:assert/strict'
import { hash } from 'node:crypto'
import { test } from 'node:test'
import { fingerprint } from './order.ts'
import { deriveOrderId } from './order-id.ts'

const order = { userId: 'ada', kitchenId: 'main', items: [{ sku: 'burger', quantity: 1 }] }

test('the same content has the same fingerprint, in whatever sequence its fields were written', () => {
  const again = { items: [{ quantity: 1, sku: 'burger' }], kitchenId: 'main', userId: 'ada' }
  assert.equal(fingerprint(again), fingerprint(order))
})

test('any other content has another fingerprint', () => {
  const pizza = { sku: 'pizza', quantity: 1 }
  const burger = { sku: 'burger', quantity: 1 }
  const others = [
    { ...order, userId: 'bob' },
    { ...order, kitchenId: 'other' },
    { ...order, items: [{ sku: 'burger', quantity: 2 }] },
    { ...order, items: [burger, burger] },
    { ...order, items: [burger, pizza] },
    { ...order, items: [pizza, burger] },
    { ...order, items: [{ sku: 'burger","1', quantity: 1 }] },
    { ...order, note: 'no onions' },
    { ...order, note: 'no onions\n' },
    { ...order, note: '' },
  ]
  assert.equal(new Set([order, ...others].map(fingerprint)).size, others.length + 1)
})

test('an order without a note has the fingerprint that it had before there were notes', () => {
  const before = hash('sha256', '["ada","main",[["burger",1]]]', 'base64url')
  assert.equal(fingerprint(order), before)
  assert.equal(fingerprint({ ...order, note: undefined }), before)
})

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
