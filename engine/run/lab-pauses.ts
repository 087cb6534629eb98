// When the lab itself stood still while it drove a variant: it was stopped (Ctrl-Z), or had no core. What it timed then (a step, a
// condition for which it waited) took no longer because of the services.
// Guarantees: a pause that has just ended when `finish` is called is in the result. Not promised: a pause of the whole machine, in
// which the monotonic clock stands still too, for all alike.
import type { LabPause } from './history.ts'

const EVERY_MS = 200
/** Shorter ones are of a machine at work; a load feels them, and is void when it is late. */
const SHORTEST_MS = 1_000

export type PauseWatch = {
  /** The pauses until now. What comes after it is none. */
  finish(): LabPause[]
  stop(): void
}

/** @param nowNs the clock of the history */
export function watchPauses(nowNs: () => number): PauseWatch {
  const pauses: LabPause[] = []
  let lastNs = nowNs()
  const look = () => {
    const atNs = nowNs()
    if (atNs - lastNs > (EVERY_MS + SHORTEST_MS) * 1e6) pauses.push({ fromNs: lastNs, toNs: atNs })
    lastNs = atNs
  }
  const timer = setInterval(look, EVERY_MS)
  const stop = () => clearInterval(timer)
  return {
    finish() {
      stop()
      look()
      return pauses
    },
    stop,
  }
}
