// When the lab itself stood still while it drove a variant: it was stopped (Ctrl-Z), or had no core. What it timed then (a step, a
// condition for which it waited) took no longer because of the services.
// Guarantees: a pause that has begun when `end` is called is in the result. Not promised: a pause of the whole machine, in
// which the monotonic clock stands still too, for all alike.
import type { LabPause } from './history.ts'

const EVERY_MS = 200
/** Shorter ones are of a machine at work; a load feels them, and is void when it is late. */
const SHORTEST_MS = 1_000

/** @param nowNs the clock of the history */
export function watchPauses(nowNs: () => number): { end(): LabPause[] } {
  const pauses: LabPause[] = []
  let lastNs = nowNs()
  let isEnded = false
  const look = () => {
    const atNs = nowNs()
    if (atNs - lastNs > (EVERY_MS + SHORTEST_MS) * 1e6) pauses.push({ fromNs: lastNs, toNs: atNs })
    lastNs = atNs
  }
  const timer = setInterval(look, EVERY_MS)
  return {
    end() {
      clearInterval(timer)
      // To end it again, as a `finally` does, adds nothing to what was returned before.
      if (!isEnded) look()
      isEnded = true
      return pauses
    },
  }
}
