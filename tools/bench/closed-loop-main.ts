// The process of closed-loop.ts: its argument is the job, its one message the result. It ends when its parent does.
import type { ClosedLoop, ClosedLoopResult } from './closed-loop.ts'
import { openPool, send, type Sent } from '#engine/load/send.ts'
import { reservableOrders } from './services.ts'

const DEADLINE_MS = 10_000
/** More than any target here completes; they are planned before the load, which is not to wait for them. */
const MOST_PER_SECOND = 40_000

process.on('disconnect', () => process.exit())
const { url, runId, seconds, connections } = JSON.parse(process.argv[2] ?? '') as ClosedLoop
const target = { url, path: '/order' }
const pool = openPool(target, connections, DEADLINE_MS)
// All connections take from one queue.
const queue = reservableOrders(runId, MOST_PER_SECOND * seconds).values()
const other: ClosedLoopResult['other'] = {}
let completed = 0

const began = performance.now()
await Promise.all(Array.from({ length: connections }, sendOneByOne))
const result: ClosedLoopResult = { completed, seconds: (performance.now() - began) / 1_000, other }
process.send?.(result, () => process.disconnect())

async function sendOneByOne(): Promise<void> {
  for (const order of queue) {
    if (performance.now() - began > seconds * 1_000) return
    const { answer } = await new Promise<Sent>(resolve => {
      const endEarly = send(pool, target, order, sent => {
        clearTimeout(timer)
        resolve(sent)
      })
      const timer = setTimeout(endEarly, DEADLINE_MS, 'deadline')
    })
    const kind = answer.kind === 'status' ? String(answer.status) : answer.kind
    if (kind === '201') completed++
    else other[kind] = (other[kind] ?? 0) + 1
  }
}
