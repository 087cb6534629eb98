// What services and brokers have used so far, and the device that their data is on.
// Guarantees: what cannot be read is null, for a whole service or broker or for one of its figures.
import { type DeviceUse, readDevice } from '#host/block-device.ts'
import { readFileSync } from 'node:fs'
import { monotonicNs } from '#common/contracts/clock.ts'
import { familyOf, type ProcessRow, readProcesses } from '#host/process-tree.ts'
import type { Host } from '../experiment/runtime.ts'

/** Of all processes of a service or broker; CPU and bytes with those of processes that ended and were waited for. */
export type ResourceUsage = {
  /** Names its processes: what others have used cannot be compared. */
  began: string
  cpuSeconds: number
  /** Sent towards storage: `write_bytes` of /proc/<pid>/io. */
  writtenBytes: number | null
  /** Resident: Pss, in which a page that several processes share is divided among them. */
  memoryBytes: number | null
}

export type UsageReading = {
  atNs: number
  /** `use` is null where there is no process to read. */
  uses: { name: string; kind: 'service' | 'broker'; use: ResourceUsage | null }[]
  device: DeviceUse | null
}

/** What was read when the window began and when it ended; or why that was not done. */
export type Usage = { before: UsageReading; after: UsageReading } | { unknown: string }

/** Null where there is no /proc. */
export function readUsage({ dataFolder, processes }: Host): UsageReading | null {
  const rows = readProcesses()
  if (!rows) return null
  const uses = processes().map(({ name, kind, pids }) => ({ name, kind, use: useOf(rows, pids) }))
  return { atNs: monotonicNs(), uses, device: readDevice(dataFolder) }
}

function useOf(rows: ReadonlyMap<number, ProcessRow>, leaders: readonly number[]): ResourceUsage | null {
  const families = leaders.map(pid => familyOf(rows, pid))
  if (leaders.length === 0 || families.some(family => family.length === 0)) return null
  const all = families.flat()
  const sum = (file: string, pattern: RegExp): number | null => {
    const figures = all.map(({ pid }) => figureOf(pid, file, pattern, leaders.includes(pid)))
    return figures.every(figure => figure !== null) ? figures.reduce((one, other) => one + other, 0) : null
  }
  const kilobytes = sum('smaps_rollup', /^Pss: +(\d+) kB$/m)
  return {
    began: leaders.map(pid => `${pid}@${rows.get(pid)?.startTicks}`).join(' '),
    cpuSeconds: all.reduce((seconds, row) => seconds + row.cpuSeconds, 0),
    writtenBytes: sum('io', /^write_bytes: (\d+)$/m),
    memoryBytes: kilobytes === null ? null : kilobytes * 1_024,
  }
}

/** A figure of a process; null when it cannot be read. What follows a leader may have ended just now: it holds nothing. */
function figureOf(pid: number, file: string, pattern: RegExp, leads: boolean): number | null {
  try {
    const found = pattern.exec(readFileSync(`/proc/${pid}/${file}`, 'utf8'))?.[1]
    return found === undefined ? null : Number(found)
  } catch (error) {
    const ended = error instanceof Error && 'code' in error && ['ENOENT', 'ESRCH'].includes(String(error.code))
    return ended && !leads ? 0 : null
  }
}
