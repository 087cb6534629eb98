// What services and brokers used in a variant, as it was read.
import type { DeviceUse } from '#host/block-device.ts'

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
export type Costs = { before: UsageReading; after: UsageReading } | { unknown: string }
