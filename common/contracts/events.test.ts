import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { minuteOf } from './clock.ts'
import { LabError } from './errors.ts'
import {
  inventoryEvent,
  InventoryEvent,
  MAX_MESSAGE_BYTES,
  MAX_ORDER_BYTES,
  orderDeadLettered,
  orderIdIn,
  orderOf,
  orderPlaced,
  OrderPlaced,
} from './events.ts'
import { MAX_LINES, MAX_NOTE_CHARS, MAX_QUANTITY, OrderRequest } from './order.ts'
import { parse } from './parse.ts'

const order = { orderId: 'a', userId: 'ada', kitchenId: 'main', items: [{ sku: 'burger', quantity: 1 }] }
const happened = { correlationId: 'c', occurredAt: '2026-01-01T00:00:00.000Z' }
const reserved = { status: 'reserved' } as const
const failed = { status: 'failed', reason: 'out-of-stock' } as const

test('a note is in every event of its order, and the order that is read from one has it', () => {
  const noted = { ...order, note: 'no onions,\nplease' }
  const deadLetter = orderDeadLettered(noted, 'malformed', happened)
  for (const event of [inventoryEvent(noted, reserved, happened), inventoryEvent(noted, failed, happened), deadLetter])
    assert.deepEqual(orderOf(event), noted)
  assert.deepEqual(orderPlaced(noted, happened).data, noted)
  assert.ok(!('note' in orderOf(inventoryEvent(order, reserved, happened))))
})

test('the largest event of the largest order that a client may send is one that is read', () => {
  const line = { sku: '🍕'.repeat(128), quantity: MAX_QUANTITY }
  const name = '🍕'.repeat(128)
  const largest = {
    userId: name,
    kitchenId: name,
    items: Array(MAX_LINES).fill(line),
    note: '🍕'.repeat(MAX_NOTE_CHARS),
  }
  const bytes = (value: unknown) => Buffer.byteLength(JSON.stringify(value))
  assert.ok(bytes(parse(OrderRequest, largest)) <= MAX_ORDER_BYTES)
  const longest = { correlationId: '🍕'.repeat(256), occurredAt: '2'.repeat(64) }
  const event = orderDeadLettered({ orderId: name, ...largest }, 'inventory-unavailable', longest)
  assert.ok(bytes(event) - bytes(largest) <= MAX_MESSAGE_BYTES - MAX_ORDER_BYTES)
})

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

const hasTime = (occurredAt: string): boolean => {
  try {
    return parse(OrderPlaced, orderPlaced(order, { ...happened, occurredAt })).occurredAt === occurredAt
  } catch (error) {
    assert.match(String(error), /occurredAt/)
    return false
  }
}

const two = (value: number): string => String(value).padStart(2, '0')
const upTo = (max: number) => fc.integer({ min: 0, max })
/** An offset in minutes, as text; 0 is also Z. */
const offset = fc.tuple(fc.integer({ min: -1_439, max: 1_439 }), fc.boolean()).map(([minutes, short]) => {
  const size = Math.abs(minutes)
  const text = `${minutes < 0 ? '-' : '+'}${two(Math.floor(size / 60))}:${two(size % 60)}`
  return { minutes, text: minutes === 0 && short ? 'Z' : text }
})

test('a time by RFC 3339 is taken as it is written, in any offset and precision, and counts for its minute in UTC', () => {
  const date = fc.date({ min: new Date('0001-01-02'), max: new Date('9999-12-30'), noInvalidDate: true })
  const property = fc.property(
    date,
    offset,
    fc.stringMatching(/^(\.[0-9]{1,12})?$/),
    fc.boolean(),
    (at, from, part, small) => {
      const local = new Date(at.getTime() + from.minutes * 60_000).toISOString().slice(0, 19) + part + from.text
      const text = small ? local.toLowerCase() : local
      assert.ok(hasTime(text), text)
      assert.equal(minuteOf(text), at.toISOString().slice(0, 16), text)
    },
  )
  fc.assert(property)
  assert.equal(minuteOf('2016-12-31T23:59:60Z'), '2016-12-31T23:59')
})

test('a day, hour or offset that does not exist is refused, and so is a time without an offset', () => {
  fc.assert(
    fc.property(upTo(99), upTo(99), (month, day) => {
      const text = `2026-${two(month)}-${two(day)}T12:00:00Z`
      const exists = month > 0 && new Date(Date.UTC(2026, month - 1, day)).getUTCMonth() === month - 1 && day > 0
      assert.equal(hasTime(text), exists && month <= 12, text)
    }),
  )
  for (const text of ['2026-99-99T00:00:00Z', '2025-02-29T00:00:00Z', '2026-01-01T24:00:00Z', '2026-01-01T00:60:00Z'])
    assert.ok(!hasTime(text), text)
  for (const text of ['2026-01-01T00:00:60Z', '2026-01-01T00:00:00+24:00', '2026-01-01T00:00:00', '2026-01-01'])
    assert.ok(!hasTime(text), text)
  for (const text of [
    '2026-01-01 00:00:00Z',
    '2026-01-01T00:00:00.Z',
    '2026-01-01T00:00:00Z[UTC]',
    ' 2026-01-01T00:00:00Z',
    '2026-01-01T24:59:00+01:00',
    '2026-01-01T23:60:00+00:01',
    '2026-01-01T46:00:00+23:00',
    '2026-01-01T00:00:00+0100',
    '2026-01-01T00:00:00+01',
    `2026-01-01T00:00:00.${'0'.repeat(64)}Z`,
  ])
    assert.ok(!hasTime(text), text)
  assert.ok(hasTime('2024-02-29T00:00:00.123456+00:00'))
})
