/**
 * The program of a pacer's thread: it gets the offsets of the starts in milliseconds, ascending, then the moment from which they
 * count, and says of each that it comes, `EARLY_NS` before. `Atomics.wait` sleeps for fractions of a millisecond (a futex with a
 * time-out of the kernel's high-resolution timer), which no timer of an event loop does.
 */
import { parentPort, workerData } from 'node:worker_threads'
import { monotonicNs } from '#common/contracts/clock.ts'
import { type Due, EARLY_NS } from './pace.ts'

const offsetsMs = workerData as Float64Array
const never = new Int32Array(new SharedArrayBuffer(4))

parentPort?.once('message', (originNs: number) => {
  const wakeNs = offsetsMs.map(offsetMs => originNs + offsetMs * 1e6 - EARLY_NS)
  let next = 0
  for (let atNs = wakeNs[next]; atNs !== undefined; atNs = wakeNs[next]) {
    sleepUntil(atNs)
    const nowNs = monotonicNs()
    while ((wakeNs[next] ?? Infinity) <= nowNs) next++
    tell()
  }
})
tell()

function tell(): void {
  const { user, system } = process.threadCpuUsage()
  parentPort?.postMessage({ cpuMs: (user + system) / 1000 } satisfies Due)
}

function sleepUntil(dueNs: number): void {
  for (let leftNs = dueNs - monotonicNs(); leftNs > 0; leftNs = dueNs - monotonicNs())
    Atomics.wait(never, 0, 0, leftNs / 1e6)
}
