// The process of closed-loop.ts.
import { monotonicNs } from '#common/contracts/clock.ts'
import { openPool, send, type Sent } from '#engine/load/send.ts'
import type { ClosedLoop, ClosedLoopResult } from './closed-loop.ts'
import { drive } from './driver.ts'
import { reservableOrders } from './services.ts'

const DEADLINE_MS = 10_000

await drive<ClosedLoop>(async ({ url, runId, status, orders, seconds = Infinity, connections, lines }) => {
  const target = { url, path: '/order' }
  const pool = openPool(target, connections, DEADLINE_MS)
  // All connections take from one queue.
  const queue = reservableOrders(runId, orders, lines).values()
  let taken = 0
  const other: ClosedLoopResult['other'] = {}
  const beganNs = monotonicNs()
  const sendOneByOne = async (): Promise<void> => {
    for (const order of queue) {
      if (monotonicNs() - beganNs > seconds * 1e9) return
      const { answer } = await new Promise<Sent>(resolve => {
        const endEarly = send(pool, target, order, sent => {
          clearTimeout(timer)
          resolve(sent)
        })
        const timer = setTimeout(endEarly, DEADLINE_MS, 'deadline')
      })
      const kind = answer.kind === 'status' ? String(answer.status) : answer.kind
      if (kind === String(status)) taken++
      else other[kind] = (other[kind] ?? 0) + 1
    }
  }
  await Promise.all(Array.from({ length: connections }, sendOneByOne))
  return { taken, other, beganNs, endedNs: monotonicNs() } satisfies ClosedLoopResult
})
