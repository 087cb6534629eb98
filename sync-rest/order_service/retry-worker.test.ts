import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { createLog } from '#common/service/log.ts'
import { waitFor } from '#host/wait-for.ts'
import { startRetryWorker } from './retry-worker.ts'

/** What is owed, as rows of a table; `isHopeless` is never acknowledged. */
function openDuty(t: TestContext, orderIds: string[], isHopeless: (orderId: string) => boolean = () => false) {
  const rows = new Map(orderIds.map((orderId, index) => [orderId, index + 1]))
  const closing = new AbortController()
  const largest = { read: 0, atOnce: 0 }
  let atOnce = 0
  const duty = startRetryWorker({
    name: 'test',
    pending(after, limit) {
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
    await duty.ended
  })
  return { duty, rows, largest }
}

test('many that are never acknowledged do not keep the others from their turn', async t => {
  const hopeless = Array.from({ length: 40 }, (_, index) => `hopeless-${index}`)
  const { rows } = openDuty(t, hopeless.concat('well'), orderId => orderId !== 'well')
  await waitFor(() => !rows.has('well'), { deadlineMs: 20_000, what: 'the last one to have its turn' })
})

test('however much is owed, a batch at once is read and done', async t => {
  const { rows, largest } = openDuty(
    t,
    Array.from({ length: 1_000 }, (_, index) => `order-${index}`),
  )
  await waitFor(() => rows.size === 0, { deadlineMs: 20_000, what: 'all to be done' })
  assert.deepEqual(largest, { read: 16, atOnce: 16 })
})

test('what was not acknowledged has its turn again, and what comes later is done when the duty is woken', async t => {
  let isDown = true
  const { duty, rows } = openDuty(t, ['early'], () => isDown)
  isDown = false
  await waitFor(() => rows.size === 0, { deadlineMs: 20_000, what: 'the first one to be done' })
  await new Promise(setImmediate)
  rows.set('late', 1)
  duty.wake()
  await waitFor(() => rows.size === 0, { deadlineMs: 20_000, what: 'the late one to be done' })
})
