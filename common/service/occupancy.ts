// What a service tells of how full it is, at `GET /occupancy`: sums that grow, so that whoever reads twice has the utilization of
// each of its parts in between. A part that is busy nearly all the time is what limits the service.
// Guarantees: no timers, and nothing but a clock reading and a sum at each transition. A reading never falls while the process
// lives; a restart begins at zero.
// Not promised: that the loop's busy time is CPU time. It includes the time in which the thread wanted a core and had none, or was
// stopped, unless that came while the loop waited for the kernel.
import { performance } from 'node:perf_hooks'
import { type BusyTime, busyTime } from '../contracts/busy-time.ts'
import { monotonicNs } from '../contracts/clock.ts'
import type { OccupancyView } from '../contracts/http.ts'

/** Places for work, of which only so many are there at once. */
export type Places = {
  enter(): void
  leave(): void
  /** For places that something else counts. More may be taken than there are: some wait then. */
  setTaken(taken: number): void
  setLimit(limit: number): void
}

export type Occupancy = {
  /** @param refresh called before each reading, for places whose number is looked up */
  places(name: string, limit: number, refresh?: (places: Places) => void): Places
  /** Syncs of the store. */
  syncs: BusyTime
  /** Messages that are sent to a broker and not acknowledged. A service that never asks for it sends none. */
  sends(): BusyTime
  view(): OccupancyView
}

/** @param now in nanoseconds; a test sets it */
export function createOccupancy(now = monotonicNs): Occupancy {
  const all: (() => OccupancyView['places'][number])[] = []
  const syncs = busyTime(now)
  let sends: BusyTime | undefined
  return {
    places(name, limit, refresh) {
      const { view, ...places } = countPlaces(limit, now)
      all.push(() => {
        refresh?.(places)
        return { name, ...view() }
      })
      return places
    },
    syncs,
    sends: () => (sends ??= busyTime(now)),
    view() {
      const places = all.map(read => read())
      const atNs = now()
      const viewOf = (busy: BusyTime) => ({ busyNs: busy.busyNs(atNs), count: busy.count() })
      const loop = { busyNs: Math.round(performance.eventLoopUtilization().active * 1e6) }
      return { atNs, loop, places, syncs: viewOf(syncs), sends: sends ? viewOf(sends) : null }
    },
  }
}

function countPlaces(most: number, now: () => number) {
  let limit = most
  let taken = 0
  let fullNs = 0
  let takenNs = 0
  let sinceNs = now()

  function change(newTaken: number, newLimit = limit): void {
    const atNs = now()
    if (taken >= limit) fullNs += atNs - sinceNs
    takenNs += Math.min(1, taken / limit) * (atNs - sinceNs)
    sinceNs = atNs
    taken = newTaken
    limit = newLimit
  }
  return {
    enter: () => change(taken + 1),
    leave: () => change(taken - 1),
    setTaken: (newTaken: number) => change(newTaken),
    setLimit: (newLimit: number) => change(taken, newLimit),
    view() {
      change(taken)
      return { limit, taken, fullNs, takenNs: Math.round(takenNs) }
    },
  }
}
