import assert from 'node:assert/strict'
import { test } from 'node:test'
import { LabError } from './errors.ts'
import { inventoryEvent, InventoryEvent, orderIdIn, orderPlaced, OrderPlaced } from './events.ts'
import { parse } from './parse.ts'

const order = { orderId: 'a', userId: 'ada', kitchenId: 'main', items: [{ sku: 'burger', quantity: 1 }] }
const happened = { correlationId: 'c', occurredAt: '2026-01-01T00:00:00.000Z' }
const reserved = { status: 'reserved' } as const
const failed = { status: 'failed', reason: 'out-of-stock' } as const

test('an event passes its own contract after it was sent as JSON', () => {
  const journey = (value: unknown): unknown => JSON.parse(JSON.stringify(value))
  assert.ok(parse(OrderPlaced, journey(orderPlaced(order, happened))))
  for (const outcome of [reserved, failed])
    assert.ok(parse(InventoryEvent, journey(inventoryEvent(order, outcome, happened))))
})

test('an event that is published again has the same id and the same bytes', () => {
  const published = () => JSON.stringify(inventoryEvent(order, failed, happened))
  assert.equal(published(), published())
  assert.equal(orderPlaced(order, happened).id, orderPlaced(order, { ...happened, correlationId: 'other' }).id)
})

test('events of another type or of another order have other ids', () => {
  const ids = [
    orderPlaced(order, happened),
    orderPlaced({ ...order, orderId: 'b' }, happened),
    inventoryEvent(order, reserved, happened),
    inventoryEvent(order, failed, happened),
  ].map(({ id }) => id)
  assert.equal(new Set(ids).size, 4)
})

test('an unknown type, version, reason or time is refused', () => {
  const event = inventoryEvent(order, failed, happened)
  for (const change of [
    { type: 'InventoryVanished' },
    { version: 2 },
    { occurredAt: 'yesterday' },
    { data: { ...event.data, reason: 'bad mood' } },
    { data: { ...event.data, items: [{ sku: 'burger', quantity: -1 }] } },
    { id: undefined },
  ])
    assert.throws(() => parse(InventoryEvent, { ...event, ...change }), LabError, JSON.stringify(change))
})

test('the order of a message is found in any body that has one', () => {
  const seen = (body: unknown) => orderIdIn(Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)))
  assert.equal(seen(orderPlaced(order, happened)), 'a')
  for (const odd of ['', '{', 'null', '[]', '7', {}, { data: null }, { data: 'a' }, { data: { orderId: 7 } }])
    assert.equal(seen(odd), undefined)
  assert.equal(orderIdIn(null), undefined)
})
