import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { LabError, settlementOf } from '../contracts/errors.ts'
import { InventoryEvent, OrderPlaced, orderPlaced } from '../contracts/events.ts'
import { readEvent } from './read-event.ts'

const readOrder = readEvent(OrderPlaced, ['OrderPlaced'])
const readResult = readEvent(InventoryEvent, ['InventoryReserved', 'InventoryFailed'])
const order = { orderId: 'o', userId: 'u', kitchenId: 'k', items: [{ sku: 'burger', quantity: 1 }] }
const right = orderPlaced(order, { correlationId: 'c', occurredAt: '2026-01-01T00:00:00.000Z' })

const codeOf = (body: Buffer | string): string | undefined => {
  try {
    readOrder(Buffer.from(body))
    return undefined
  } catch (error) {
    return error instanceof LabError ? error.code : String(error)
  }
}

test('a valid event is read', () => {
  assert.deepEqual(readOrder(Buffer.from(JSON.stringify(right))), right)
})

test('an unexpected type or an unknown version is an unknown event, not a malformed one', () => {
  assert.equal(codeOf(JSON.stringify({ ...right, type: 'InventoryReserved' })), 'unknown-event')
  assert.equal(codeOf(JSON.stringify({ ...right, version: 2 })), 'unknown-event')
  assert.equal(codeOf(JSON.stringify({ ...right, version: 'one' })), 'malformed')
  assert.equal(codeOf(JSON.stringify({ ...right, type: undefined })), 'malformed')
})

test('any bytes are an event or a dead letter with its reason', () => {
  const broken = fc
    .tuple(fc.constantFrom('id', 'type', 'version', 'correlationId', 'occurredAt', 'data'), fc.jsonValue())
    .map(([name, value]) => JSON.stringify({ ...right, [name]: value }))
  const bodies = fc.oneof(
    fc.uint8Array({ maxLength: 200 }).map(bytes => Buffer.from(bytes)),
    fc.json().map(text => Buffer.from(text)),
    broken.map(text => Buffer.from(text)),
  )
  fc.assert(
    fc.property(bodies, body => {
      for (const read of [readOrder, readResult])
        try {
          read(body)
        } catch (error) {
          assert.ok(error instanceof LabError)
          assert.equal(settlementOf(error), 'dead-letter')
        }
    }),
    { numRuns: 300 },
  )
})
