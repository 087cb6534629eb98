// The time in which something was under way, kept without timers: a sum that grows at transitions alone. The difference of two
// readings, divided by the time between them, is a utilization.
// Guarantees: a reading never falls; work that overlaps counts once; what is still under way counts up to the reading.
import { monotonicNs } from './clock.ts'

export type BusyTime = {
  enter(): void
  leave(): void
  /** Nanoseconds in which at least one piece of work was under way. */
  busyNs(nowNs?: number): number
  /** Pieces of work that have begun. */
  count(): number
}

/** @param now in nanoseconds; a test sets it */
export function busyTime(now = monotonicNs): BusyTime {
  let underWay = 0
  let count = 0
  let sumNs = 0
  let sinceNs = 0
  return {
    enter() {
      count++
      if (underWay++ === 0) sinceNs = now()
    },
    leave() {
      if (--underWay === 0) sumNs += now() - sinceNs
    },
    busyNs: (nowNs = now()) => (underWay > 0 ? sumNs + nowNs - sinceNs : sumNs),
    count: () => count,
  }
}
