import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { createLog } from '#common/service/log.ts'
import { waitFor } from '#host/wait-for.ts'
import { startRetryWorker } from './retry-worker.ts'

/** Pending work as rows of a table. An order that `isHopeless` is never acknowledged. */
function openWorker(t: TestContext, orderIds: string[], isHopeless: (orderId: string) => boolean = () => false) {
  const rows = new Map(orderIds.map((orderId, index) => [orderId, index + 1]))
  const closing = new AbortController()
  const largest = { read: 0, atOnce: 0 }
  let atOnce = 0
  const worker = startRetryWorker({
    name: 'test',
    async pending(after, limit) {
      const page = [...rows].map(([orderId, seq]) => ({ orderId, seq })).filter(({ seq }) => seq > after)
      largest.read = Math.max(largest.read, limit)
      return page.slice(0, limit)
    },
    async run(orderId) {
      largest.atOnce = Math.max(largest.atOnce, ++atOnce)
      await new Promise(setImmediate)
      atOnce--
      if (isHopeless(orderId)) throw new Error('not acknowledged')
      rows.delete(orderId)
    },
    log: createLog('test', 'silent'),
    closing: closing.signal,
  })
  t.after(async () => {
    closing.abort()
    await worker.ended
  })
  return { worker, rows, largest }
}

test('many orders that are never acknowledged do not keep the others from their turn', async t => {
  const hopeless = Array.from({ length: 40 }, (_, index) => `hopeless-${index}`)
  const { rows } = openWorker(t, hopeless.concat('well'), orderId => orderId !== 'well')
  await waitFor(() => !rows.has('well'), { deadlineMs: 20_000, what: 'the last one to be done' })
})

test('however much is pending, at most a batch is read and worked on at once', async t => {
  const { rows, largest } = openWorker(
    t,
    Array.from({ length: 1_000 }, (_, index) => `order-${index}`),
  )
  await waitFor(() => rows.size === 0, { deadlineMs: 20_000, what: 'all to be done' })
  assert.deepEqual(largest, { read: 16, atOnce: 16 })
})

test('work that was not acknowledged is repeated, and work that comes later is done when the worker is notified', async t => {
  let isDown = true
  const { worker, rows } = openWorker(t, ['early'], () => isDown)
  isDown = false
  await waitFor(() => rows.size === 0, { deadlineMs: 20_000, what: 'the first one to be done' })
  await new Promise(setImmediate)
  rows.set('late', 1)
  worker.notify()
  await waitFor(() => rows.size === 0, { deadlineMs: 20_000, what: 'the late one to be done' })
})
