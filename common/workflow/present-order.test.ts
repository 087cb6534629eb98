import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ERRORS, type ErrorCode } from '../contracts/errors.ts'
import { presentState, viewOf } from './present-order.ts'
import type { PlacedOrder } from './store.ts'

const pending: PlacedOrder = {
  order: { orderId: 'o', userId: 'u', kitchenId: 'k', items: [{ sku: 'burger', quantity: 1 }] },
  fingerprint: 'f',
  status: 'pending',
  reason: null,
  notification: null,
  deadLetter: null,
  correlationId: 'c',
  occurredAt: '2026-01-01T00:00:00.000Z',
}
const reserved: PlacedOrder = { ...pending, status: 'reserved', notification: 'sent' }

test('a view has the known fields of an order, and leaves out the others', () => {
  assert.deepEqual(viewOf(pending), { orderId: 'o', status: 'pending' })
  assert.deepEqual(viewOf(reserved), { orderId: 'o', status: 'reserved', notification: 'sent' })
  const failed: PlacedOrder = { ...pending, status: 'failed', reason: 'released' }
  assert.deepEqual(viewOf(failed), { orderId: 'o', status: 'failed', reason: 'released' })
})

test('a repeated key is answered with the reserved order, or that its order is not decided yet', () => {
  assert.deepEqual(presentState(reserved), viewOf(reserved))
  assert.throws(() => presentState(pending), { code: 'order-undecided', orderId: 'o' })
})

const dead = { reason: 'retries-exhausted', since: '2026-01-01T00:00:01.000Z' } as const

test('an undecided order that is a dead letter says so, why and since when, until it is decided', () => {
  assert.deepEqual(viewOf({ ...pending, deadLetter: dead }), { orderId: 'o', status: 'dead-lettered', ...dead })
  assert.throws(() => presentState({ ...pending, deadLetter: dead }), { code: 'dead-lettered', orderId: 'o' })
  assert.deepEqual(viewOf({ ...reserved, deadLetter: dead }), viewOf(reserved))
  assert.deepEqual(presentState({ ...reserved, deadLetter: dead }), viewOf(reserved))
})

test('a repeated key of a failed order is answered with the stored reason', () => {
  for (const reason of Object.keys(ERRORS) as ErrorCode[])
    assert.throws(() => presentState({ ...pending, status: 'failed', reason }), { code: reason, orderId: 'o' })
})
