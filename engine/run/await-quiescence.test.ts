import assert from 'node:assert/strict'
import { test } from 'node:test'
import { link, model, startService } from '../testing/sample-evidence.ts'
import { awaitQuiescence } from './await-quiescence.ts'

const failed = (seq: number) => ({
  seq,
  orderId: `order-${seq}`,
  userId: 'ada',
  kitchenId: 'main',
  status: 'failed',
  reason: 'inventory-unavailable',
  notification: null,
  correlationId: 'c',
  placedNs: 1,
  decidedNs: 2,
})

const look = () => Promise.reject(new Error('nothing is awaited here'))

/** A book that shows so many orders at each look; NaN is a service that does not answer as agreed. */
async function settleWith(shown: (nthLook: number) => number, quiescenceMs: number) {
  let looks = 0
  await using service = await startService(path => {
    if (path !== '/orders') return { rows: [], next: null }
    // A look asks twice: how many are on their way, then for the rows.
    looks += 0.5
    const count = shown(Math.ceil(looks))
    if (Number.isNaN(count)) return 'not now'
    const rows = Array.from({ length: count }, (_, index) => failed(index + 1))
    return { rows, next: null, onTheirWay: 0 }
  })
  const { signal } = new AbortController()
  return await awaitQuiescence({
    model,
    variant: { quiescenceMs: quiescenceMs },
    runtime: service.runtime,
    link,
    look,
    signal,
  })
}

test('an order that comes after a first quiet look is in the evidence', async () => {
  const { evidence, quiet } = await settleWith(nthLook => (nthLook === 1 ? 0 : 1), 30_000)
  assert.deepEqual([quiet, evidence.orders.length], [true, 1])
})

test('what does not answer yet is asked again, and at the deadline that is an error', async () => {
  const { evidence, quiet } = await settleWith(nthLook => (nthLook === 1 ? NaN : 1), 30_000)
  assert.deepEqual([quiet, evidence.orders.length], [true, 1])
  await assert.rejects(
    settleWith(() => NaN, 300),
    /orders/,
  )
})

test('what is first found quiet at the deadline is quiet, when the next look finds the same', async () => {
  const { quiet } = await settleWith(() => 1, -1)
  assert.equal(quiet, true)
})

test('as long as every look finds more, nothing is quiet', async () => {
  const { quiet } = await settleWith(nthLook => nthLook, 500)
  assert.equal(quiet, false)
})
