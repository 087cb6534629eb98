import assert from 'node:assert/strict'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import fc from 'fast-check'
import { LabError } from '../contracts/errors.ts'
import type { Order } from '../contracts/order.ts'
import { releaseStock, reserveStock } from '../workflow/reserve-stock.ts'
import { groupCommit } from './group-commit.ts'
import { initialStock } from '../service/initial-stock.ts'
import { stockTables } from './stock.ts'

const happened = { correlationId: 'c', occurredAt: '2026-01-01T00:00:00.000Z' }
const OPENING = { small: { burger: 3, pizza: 5 }, empty: { burger: 0 } }
const SKUS = ['burger', 'pizza', 'unicorn']

function openStock() {
  const db = new DatabaseSync(':memory:')
  const stock = stockTables(initialStock(OPENING))(db)
  return groupCommit(db, stock)
}

const orderOf = (orderId: string, items: Order['items'], kitchenId = 'small'): Order => ({
  orderId,
  userId: 'ada',
  kitchenId,
  items,
})

test('an order that comes twice in one batch is reserved once, and gets the same decision twice', async () => {
  const { peek, transact } = openStock()
  const order = orderOf('a', [{ sku: 'burger', quantity: 2 }])
  const both = await Promise.all([1, 2].map(() => transact(tx => reserveStock(tx, order, happened))))
  assert.deepEqual(
    both.map(({ isNew }) => isNew),
    [true, false],
  )
  assert.deepEqual(both[0]?.decision, both[1]?.decision)
  assert.equal(peek.onHand('small', 'burger'), 1)
  assert.equal(peek.pageMovements(0, 100).rows.filter(({ kind }) => kind === 'reserve').length, 1)
})

test('a conflict in a batch does not affect the other orders of the batch', async () => {
  const { peek, transact } = openStock()
  const results = await Promise.allSettled(
    [1, 2, 1].map(quantity => transact(tx => reserveStock(tx, orderOf('a', [{ sku: 'burger', quantity }]), happened))),
  )
  assert.deepEqual(
    results.map(({ status }) => status),
    ['fulfilled', 'rejected', 'fulfilled'],
  )
  assert.equal(peek.onHand('small', 'burger'), 2)
})

function onlyConflicts(results: PromiseSettledResult<void>[]): void {
  for (const result of results) {
    if (result.status === 'fulfilled') continue
    assert.ok(result.reason instanceof LabError && result.reason.code === 'order-conflict', String(result.reason))
  }
}

const line = fc.record({ sku: fc.constantFrom(...SKUS), quantity: fc.integer({ min: 1, max: 4 }) })
const step = fc.record({
  verb: fc.constantFrom('reserve', 'reserve', 'release'),
  orderId: fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f'),
  kitchenId: fc.constantFrom('small', 'empty'),
  items: fc.array(line, { minLength: 1, maxLength: 3 }),
})

test('whatever is reserved and released, in batches or not, stock is conserved and never negative', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.array(step, { maxLength: 6 }), { maxLength: 6 }), async batches => {
      const { peek, transact } = openStock()
      for (const batch of batches)
        onlyConflicts(
          await Promise.allSettled(
            batch.map(({ verb, orderId, items, kitchenId }) =>
              transact(tx => {
                if (verb === 'release') releaseStock(tx, orderId, happened)
                else reserveStock(tx, orderOf(orderId, items, kitchenId), happened)
              }),
            ),
          ),
        )
      const movements = peek.pageMovements(0, 1_000).rows
      for (const { kitchenId, sku, quantity } of peek.pageStock(0, 100).rows) {
        const own = movements.filter(row => row.kitchenId === kitchenId && row.sku === sku)
        assert.ok(quantity >= 0)
        assert.equal(
          quantity,
          own.reduce((sum, { delta }) => sum + delta, 0),
        )
        assert.equal(own.filter(({ kind }) => kind === 'opening').length, 1)
      }
      for (const { orderId, outcome, released } of peek.pageDecisions(0, 100).rows) {
        const own = movements.filter(row => row.orderId === orderId)
        const net = own.reduce((sum, { delta }) => sum + delta, 0)
        assert.equal(net < 0, outcome.status === 'reserved' && !released)
        assert.ok(net <= 0)
        const reserves = own.filter(({ kind }) => kind === 'reserve').map(({ sku }) => sku)
        assert.equal(new Set(reserves).size, reserves.length)
      }
    }),
    { numRuns: 300 },
  )
})
