// The utilizations of a model's parts while the measured load ran, from its history alone: busy time ÷ time. By the utilization law
// (P. J. Denning and J. P. Buzen, "The Operational Analysis of Queueing Network Models", ACM Computing Surveys 10, 1978) the part
// whose utilization is the greatest limits the throughput; limiter.ts says when that can be told.
// Guarantees: what was not read, or was not read of the same process throughout, is null and is never taken for idle.
import type { OccupancyView } from '#common/contracts/http.ts'
import { lateBecause } from '../analysis/measures.ts'
import type { History } from '../run/history.ts'
import type { OccupancyReading, OccupancyWindow } from '../run/occupancy-shape.ts'

export type ServiceReadings = {
  name: string
  /** Of the time its event loop was not waiting. */
  loopShare: number | null
  /** CPU seconds of all its threads, a second. */
  cores: number | null
  /** Of places and time, how much was taken: of the time all were, or more where nearly all were. */
  places: { name: string; limit: number; takenShare: number }[]
  /** Of the time a sync of its store was in flight, and how many there were a second. */
  syncShare: number | null
  syncsPerSecond: number | null
  /** Of the time a message to the broker was not acknowledged; null where it sends none. */
  sendShare: number | null
}

export type Readings = {
  cores: number
  /** Of the time of all cores. */
  idleShare: number | null
  /** Taken by other programs of the machine. */
  othersCores: number | null
  /** In the order in which an order goes through them. */
  services: ServiceReadings[]
  brokers: { name: string; cores: number | null }[]
  /** `cpuShare`: of a core, over the whole load; `isLate`: so late that it was another load than the planned one. */
  generator: { cpuShare: number; isLate: boolean; isOutOfConnections: boolean }
}

/** Undefined where nothing was read. */
export function readingsOf(history: History): Readings | undefined {
  const { occupancy, generator } = history
  if (!occupancy) return undefined
  return readingsIn(occupancy, {
    cpuShare: generator.cpuShare,
    isLate: lateBecause(history) !== undefined,
    isOutOfConnections: generator.connections.saturated,
  })
}

export function readingsIn(occupancy: OccupancyWindow, generator: Readings['generator']): Readings {
  const { before, after, cores, idleShare, othersCores } = occupancy
  const seconds = (after.atNs - before.atNs) / 1e9
  const coresOf = (name: string): number | null => {
    const [from, to] = [cpuOf(before, name), cpuOf(after, name)]
    return from === null || to === null || to < from ? null : (to - from) / seconds
  }
  return {
    cores,
    idleShare,
    othersCores,
    services: after.services.map(({ name, occupancy: last }) => ({
      name,
      cores: coresOf(name),
      ...sharesOf(before.services.find(each => each.name === name)?.occupancy ?? null, last),
    })),
    brokers: after.cpu.filter(({ kind }) => kind === 'broker').map(({ name }) => ({ name, cores: coresOf(name) })),
    generator,
  }
}

const cpuOf = ({ cpu }: OccupancyReading, name: string): number | null =>
  cpu.find(each => each.name === name)?.seconds ?? null

const UNREAD = { loopShare: null, places: [], syncShare: null, syncsPerSecond: null, sendShare: null }

/** Sums of a process that was started again are less than before. */
function sharesOf(first: OccupancyView | null, last: OccupancyView | null): Omit<ServiceReadings, 'name' | 'cores'> {
  if (!first || !last || last.loop.busyNs < first.loop.busyNs) return UNREAD
  const elapsedNs = last.atNs - first.atNs
  const shareOf = (from: number, to: number) => Math.min(1, Math.max(0, (to - from) / elapsedNs))
  return {
    loopShare: shareOf(first.loop.busyNs, last.loop.busyNs),
    places: last.places.flatMap(({ name, limit, fullNs, takenNs }) => {
      const before = first.places.find(each => each.name === name)
      if (!before) return []
      return [{ name, limit, takenShare: Math.max(shareOf(before.fullNs, fullNs), shareOf(before.takenNs, takenNs)) }]
    }),
    syncShare: shareOf(first.syncs.busyNs, last.syncs.busyNs),
    syncsPerSecond: (1e9 * (last.syncs.count - first.syncs.count)) / elapsedNs,
    sendShare: first.sends && last.sends ? shareOf(first.sends.busyNs, last.sends.busyNs) : null,
  }
}
