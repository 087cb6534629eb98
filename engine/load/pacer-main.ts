/**
 * The program of a pacer's thread: it gets the offsets of the starts in milliseconds, ascending, then the moment from which they
 * count, and says of each moment that it has come, at once. `Atomics.wait` sleeps for fractions of a millisecond (a futex with a
 * time-out of the kernel's high-resolution timer), which no timer of an event loop does.
 */
import { parentPort, workerData } from 'node:worker_threads'
import { monotonicNs } from '#common/contracts/clock.ts'
import type { Due } from './pace.ts'

const offsetsMs = workerData as Float64Array
const never = new Int32Array(new SharedArrayBuffer(4))

parentPort?.once('message', (originNs: number) => {
  let next = 0
  while (next < offsetsMs.length) {
    sleepUntil(originNs + (offsetsMs[next] ?? 0) * 1e6)
    const nowNs = monotonicNs()
    while (next < offsetsMs.length && originNs + (offsetsMs[next] ?? 0) * 1e6 <= nowNs) next++
    parentPort?.postMessage({ cpuMs: cpuMs() } satisfies Due)
  }
})

function sleepUntil(dueNs: number): void {
  for (let leftNs = dueNs - monotonicNs(); leftNs > 0; leftNs = dueNs - monotonicNs())
    Atomics.wait(never, 0, 0, leftNs / 1e6)
}

function cpuMs(): number {
  const { user, system } = process.threadCpuUsage()
  return (user + system) / 1000
}
