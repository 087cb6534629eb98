import assert from 'node:assert/strict'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import fc from 'fast-check'
import { ordersTables } from '../stores/orders.ts'
import { placeOrder } from './place-order.ts'
import { confirmOrder, recordOutcome } from './record-outcome.ts'

function placedOrder() {
  const tx = ordersTables(new DatabaseSync(':memory:'))
  const items = [{ sku: 'burger', quantity: 2 }]
  const happened = { correlationId: 'c', occurredAt: '2026-01-01T00:00:00.000Z' }
  placeOrder(tx, { orderId: 'a', userId: 'ada', kitchenId: 'main', items }, happened)
  return tx
}

test('an order that is reserved waits for its confirmation, and one that failed does not', () => {
  const reserved = recordOutcome(placedOrder(), 'a', { status: 'reserved' })
  assert.deepEqual([reserved?.status, reserved?.notification], ['reserved', 'pending'])
  const failed = recordOutcome(placedOrder(), 'a', { status: 'failed', reason: 'out-of-stock' })
  assert.deepEqual([failed?.status, failed?.reason, failed?.notification], ['failed', 'out-of-stock', null])
})

test('an order that is not in the table is neither decided nor confirmed', () => {
  const tx = ordersTables(new DatabaseSync(':memory:'))
  assert.equal(recordOutcome(tx, 'nobody', { status: 'reserved' }), undefined)
  confirmOrder(tx, 'nobody')
  assert.equal(tx.findOrder('nobody'), undefined)
})

const RANK = ['pending/null', 'failed/null', 'reserved/pending', 'reserved/sent']

test('a status never goes back, whatever arrives again and in whatever order', () => {
  const steps = fc.array(fc.constantFrom('reserved', 'out-of-stock', 'deadline-passed', 'confirm'), { maxLength: 8 })
  fc.assert(
    fc.property(steps, arrivals => {
      const tx = placedOrder()
      let first: string | undefined
      let rank = 0
      for (const arrival of arrivals) {
        if (arrival === 'confirm') confirmOrder(tx, 'a')
        else
          recordOutcome(tx, 'a', arrival === 'reserved' ? { status: arrival } : { status: 'failed', reason: arrival })
        if (arrival !== 'confirm') first ??= arrival
        const placed = tx.findOrder('a')
        const now = RANK.indexOf(`${placed?.status}/${placed?.notification}`)
        assert.ok(now >= rank, `${RANK[rank]} became ${RANK[now]}`)
        assert.equal(placed?.status === 'pending' ? undefined : (placed?.reason ?? 'reserved'), first)
        rank = now
      }
    }),
    { numRuns: 300 },
  )
})
