import assert from 'node:assert/strict'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import fc from 'fast-check'
import { inventoryEvent, type InventoryEvent, orderPlaced, type OrderPlaced } from '../contracts/events.ts'
import { countEvents, metricsDocument, metricsOf } from './compute-metrics.ts'
import { metricsTables } from '../stores/metrics.ts'

const openMetrics = () => metricsTables(new DatabaseSync(':memory:'))
const items = [{ sku: 'burger', quantity: 1 }]
const orderOf = (number: number) => ({ orderId: `order ${number}`, userId: 'ada', kitchenId: 'main', items })

/** The events of so many orders: two per minute, and every third fails. */
const eventsOf = (orders: number): (OrderPlaced | InventoryEvent)[] =>
  Array.from({ length: orders }, (_, number) => {
    const occurredAt = new Date(Date.UTC(2026, 0, 1, 0, Math.floor(number / 2))).toISOString()
    const happened = { correlationId: 'c', occurredAt }
    const reason = 'out-of-stock' as const
    const outcome = number % 3 === 0 ? ({ status: 'failed', reason } as const) : ({ status: 'reserved' } as const)
    return [orderPlaced(orderOf(number), happened), inventoryEvent(orderOf(number), outcome, happened)]
  }).flat()

function documentOf(...batches: (OrderPlaced | InventoryEvent)[][]): string {
  const tx = openMetrics()
  for (const batch of batches) countEvents(tx, batch)
  return metricsDocument(metricsOf(tx))
}

test('orders are counted by the minute in which they were placed, and the failure rate from the outcomes', () => {
  const tx = openMetrics()
  countEvents(tx, eventsOf(3))
  assert.deepEqual(metricsOf(tx), {
    failureRate: 1 / 3,
    orders: 3,
    ordersPerMinute: { '2026-01-01T00:00': 2, '2026-01-01T00:01': 1 },
    outcomes: { failed: 1, reserved: 2 },
  })
})

test('there is no failure rate before the first outcome', () => {
  assert.equal(metricsOf(openMetrics()).failureRate, null)
})

test('the document is the same byte for byte, whatever the order of the events, their batches, and however often each is read', () => {
  const orders = fc.integer({ min: 0, max: 20 })
  fc.assert(
    fc.property(orders, fc.infiniteStream(fc.nat()), (count, numbers) => {
      const events = eventsOf(count)
      const draw = () => Number(numbers.next().value)
      const again = events.filter(() => draw() % 2 === 0)
      const mixed = [...events, ...again]
        .map(event => ({ event, place: draw() }))
        .sort((one, other) => one.place - other.place)
        .map(({ event }) => event)
      const cut = draw() % (mixed.length + 1)
      assert.equal(documentOf(mixed.slice(0, cut), mixed.slice(cut)), documentOf(events))
    }),
    { numRuns: 300 },
  )
})

test('one more event gives another document', () => {
  assert.notEqual(documentOf(eventsOf(5)), documentOf(eventsOf(5).slice(0, -1)))
})
