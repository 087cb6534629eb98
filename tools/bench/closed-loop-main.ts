// The process of closed-loop.ts.
import type { ClosedLoop, ClosedLoopResult } from './closed-loop.ts'
import { openPool, send, type Sent } from '#engine/load/send.ts'
import { drive } from './driver.ts'
import { reservableOrders } from './services.ts'

const DEADLINE_MS = 10_000
/** More than any target here completes; they are planned before the load, which is not to wait for them. */
const MOST_PER_SECOND = 40_000

await drive<ClosedLoop>(async ({ url, runId, seconds, connections }) => {
  const target = { url, path: '/order' }
  const pool = openPool(target, connections, DEADLINE_MS)
  // All connections take from one queue.
  const queue = reservableOrders(runId, MOST_PER_SECOND * seconds).values()
  const result: ClosedLoopResult = { completed: 0, seconds: 0, other: {} }
  const began = performance.now()
  const secondsSince = () => (performance.now() - began) / 1_000
  const sendOneByOne = async (): Promise<void> => {
    for (const order of queue) {
      if (secondsSince() > seconds) return
      const { answer } = await new Promise<Sent>(resolve => {
        const endEarly = send(pool, target, order, sent => {
          clearTimeout(timer)
          resolve(sent)
        })
        const timer = setTimeout(endEarly, DEADLINE_MS, 'deadline')
      })
      const kind = answer.kind === 'status' ? String(answer.status) : answer.kind
      if (kind === '201') result.completed++
      else result.other[kind] = (result.other[kind] ?? 0) + 1
    }
  }
  await Promise.all(Array.from({ length: connections }, sendOneByOne))
  return { ...result, seconds: secondsSince() }
})
