import assert from 'node:assert/strict'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import { stockTables } from '../stores/stock.ts'
import { testContext } from '../testing/context.ts'
import { releaseStock } from '../workflow/reserve-stock.ts'
import { decideOrder } from './decide-order.ts'

const order = { orderId: 'o', userId: 'u', kitchenId: 'k', items: [{ sku: 'burger', quantity: 2 }] }

function openInventory(burgers: number) {
  const tx = stockTables(() => ({ burger: burgers }))(new DatabaseSync(':memory:'))
  return { tx, decide: decideOrder({ transact: async work => work(tx) }) }
}

test('an order that comes again gets the same event, byte for byte, and takes no stock again', async () => {
  const { tx, decide } = openInventory(10)
  const first = await decide(order, testContext())
  const again = await decide(order, { ...testContext(), correlationId: 'another' })
  assert.equal(first.type, 'InventoryReserved')
  assert.equal(JSON.stringify(again), JSON.stringify(first))
  assert.equal(tx.pageMovements(0, 10).rows.filter(({ kind }) => kind === 'reserve').length, 1)
})

test('an order that was not reserved gets an event with the reason', async () => {
  const event = await openInventory(1).decide(order, testContext())
  assert.deepEqual([event.type, 'reason' in event.data && event.data.reason], ['InventoryFailed', 'out-of-stock'])
})

test('an order that was released after it was reserved is a failed one from then on', async () => {
  const { tx, decide } = openInventory(10)
  await decide(order, testContext())
  releaseStock(tx, 'o', { correlationId: 'c', occurredAt: '2026-01-01T00:00:00.000Z' })
  const event = await decide(order, testContext())
  assert.deepEqual([event.type, 'reason' in event.data && event.data.reason], ['InventoryFailed', 'released'])
})

test('what a model also stores is stored in the transaction of the decision, which knows whether the order is new', async () => {
  const { decide } = openInventory(10)
  const seen: boolean[] = []
  for (let time = 0; time < 2; time++) await decide(order, testContext(), (_tx, { isNew }) => void seen.push(isNew))
  assert.deepEqual(seen, [true, false])
})
