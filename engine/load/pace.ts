/**
 * Starts things at planned moments, in sequence, none before its moment, and none waits for another's end.
 *
 * A timer of the event loop is milliseconds late, and an event loop that spins takes a whole core. So a thread of its own
 * (pacer-main.ts) sleeps until a start is due and then wakes the caller's loop by a message.
 * Punctual only while a core is free and the caller's loop is not held up: the caller records its lateness, which is judged.
 */
import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { monotonicNs } from '#common/contracts/clock.ts'

/** From the pacer: the CPU time that its thread has used. The first says that it is ready, each other that a start is due within `EARLY_NS`. */
export type Due = { cpuMs: number }

/**
 * About what a wake-up takes, of which the kernel's timer is the larger part: the caller's loop is woken so much too early, and
 * turns for what is left of it. A tenth of a millisecond earlier costs as much CPU time for each start, and makes the median start
 * some hundredths of a millisecond more punctual.
 */
export const EARLY_NS = 120_000

export type Pace = {
  offsetsMs: readonly number[]
  /** Gets the moment from which the offsets count, before the first start. */
  onOrigin(originNs: number): void
  start(position: number, plannedNs: number): void
  stop: AbortSignal
}

/** Between the pacer's being ready and the first start. */
const LEAD_NS = 5_000_000

/** Resolves with the pacer's CPU time since the origin, in milliseconds, when the last was started or `stop` fired. */
export async function pace({ offsetsMs, onOrigin, start, stop }: Pace): Promise<number> {
  const pacer = new Worker(new URL('./pacer-main.ts', import.meta.url), { workerData: Float64Array.from(offsetsMs) })
  const ended = Promise.withResolvers<void>()
  const end = (): void => ended.resolve()
  stop.addEventListener('abort', end)
  pacer.on('error', ended.reject)
  let cpuMs = 0
  let readyCpuMs = 0
  try {
    pacer.once('message', (ready: Due) => (readyCpuMs = cpuMs = ready.cpuMs))
    await Promise.race([once(pacer, 'message'), ended.promise])
    const originNs = monotonicNs() + LEAD_NS
    const dueNs = offsetsMs.map(offsetMs => originNs + offsetMs * 1e6)
    let position = 0
    let turn: NodeJS.Immediate | undefined
    const startDue = (): void => {
      turn = undefined
      let next = dueNs[position]
      while (next !== undefined && next <= monotonicNs() && !stop.aborted) {
        start(position++, next)
        next = dueNs[position]
      }
      if (next === undefined) end()
      else if (next <= monotonicNs() + EARLY_NS && !stop.aborted) turn = setImmediate(startDue)
    }
    pacer.on('message', (due: Due) => {
      cpuMs = due.cpuMs
      if (!turn) startDue()
    })
    onOrigin(originNs)
    pacer.postMessage(originNs)
    if (stop.aborted || dueNs.length === 0) end()
    await ended.promise
  } finally {
    stop.removeEventListener('abort', end)
    await pacer.terminate()
  }
  return cpuMs - readyCpuMs
}
