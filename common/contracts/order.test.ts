import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fingerprint } from './order.ts'

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
  ]
  assert.equal(new Set([order, ...others].map(fingerprint)).size, others.length + 1)
})
