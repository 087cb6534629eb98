// A history: all that one variant left behind, from both ends. What the client requested and was answered (attempts, in which
// unknown is an answer), and what the services hold (the evidence, read when the system was quiescent). Checks judge it and nothing
// else; it is written beside the results, so that a verdict can be computed again.
import type { DecisionRow, MovementRow, NotificationRow, OrderRow, StockRow } from '#common/contracts/evidence.ts'
import type { FaultsView } from '#common/contracts/http.ts'
import type { DeviceUse } from '#host/block-device.ts'
import type { DeadLetter } from '../experiment/model.ts'
import type { Attempt, LoadResult, Poll } from '../load/attempt.ts'
import type { PlannedOrder } from '../load/orders.ts'
import type { OccupancyWindow } from './occupancy-shape.ts'

/** What the services hold at the end. */
export type Evidence = {
  /** Orders that were requested, are in no row, and may still come. */
  onTheirWay: number
  orders: OrderRow[]
  decisions: DecisionRow[]
  movements: MovementRow[]
  stock: StockRow[]
  notifications: NotificationRow[]
  deadLetters: DeadLetter[]
}

/** Something that the timeline did, and when. */
export type ExecutedStep = { atNs: number; doneNs: number; action: string; target: string; result?: unknown }

/** Which share of the machine's time, 0 to 1, was idle while the measured load ran; or why that is not known. */
export type MachineUse = { idleShare: number } | { unknown: string }

/** A time in which the lab itself stood still. */
export type LabPause = { fromNs: number; toNs: number }

/** A sample of a measure over time: queue depths or lags as the broker reports them. */
export type Sample = { atNs: number; depths: Record<string, number> }

/** A message that was sent past the client's door: raw, by the timeline. */
export type RawMessage = {
  id: string
  orderId?: string
  expect: 'dead-letter' | 'duplicate' | 'decided'
  class: string
  /** Its body as a dead letter of it must show it, where the lab wrote it itself. */
  body?: string
}

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

/** What was read when the window of measurement began and when it ended; or why that was not done. */
export type Usage = { before: UsageReading; after: UsageReading } | { unknown: string }

/** Another number is another version of the lab: what it wrote may mean something else. None was written before 2. */
export const HISTORY_FORMAT = 3

export type History = {
  format: typeof HISTORY_FORMAT
  /** Orders as they were planned, then those that were placed in stead of others; attempts refer to them by `index`. */
  planned: PlannedOrder[]
  /** So many of the planned orders came first, to warm up: judged like all others, but of the measures only depths count them. */
  warmUpOrders: number
  attempts: Attempt[]
  /** What clients saw of a share of the orders. */
  polls: Poll[]
  /** Requests of the plan. */
  plannedStarts: number
  /** The moment from which the plan's offsets and the timeline count. */
  originNs: number
  /** That moment by the wall clock, in milliseconds since 1970. */
  originUnixMs: number
  /** Of the client: an attempt without an answer counts so long. */
  deadlineMs: number
  /** The client of every order that is answered 202 follows it. */
  isFollowed?: boolean
  /** `where` it ran: all stamps are of the clock there. */
  generator: Pick<LoadResult, 'lateness' | 'cpuShare' | 'connections'> & { origin: 'thread' | 'container' }
  machine: MachineUse
  /** Why the variant was measured before and that was thrown away, once for each time. */
  discarded: string[]
  /** Messages that the timeline published itself. */
  raw: RawMessage[]
  executedSteps: ExecutedStep[]
  /** Until the load and the timeline were done. */
  labPauses: LabPause[]
  samples: Sample[]
  /** Faults of each service as they stood at the end, with how often each was injected. */
  faults: Record<string, FaultsView>
  evidence: Evidence
  /** The opening stock of the kitchens that the run named. */
  openingStock: Record<string, Record<string, number>>
  /** False when the clocks of the services are not the generator's: stamps cannot be compared. */
  clocksAgree: boolean
  /** False when the deadline came before every order was decided. */
  quiescent: boolean
  /** What services and brokers used; only where the variant measures it. */
  usage?: Usage
  /** How full they were while the measured load ran; there too, since the lab reads it. */
  occupancy?: OccupancyWindow
}

/** Nothing was requested in it. */
export const emptyHistory = (openingStock: History['openingStock']): History => ({
  format: HISTORY_FORMAT,
  planned: [],
  warmUpOrders: 0,
  polls: [],
  plannedStarts: 0,
  originNs: 0,
  originUnixMs: 0,
  deadlineMs: 1_000,
  generator: { origin: 'thread', cpuShare: 0, connections: { opened: 0, peakInFlight: 0, limit: 0, saturated: false } },
  machine: { unknown: 'it was not measured' },
  discarded: [],
  attempts: [],
  raw: [],
  executedSteps: [],
  labPauses: [],
  samples: [],
  faults: {},
  evidence: { onTheirWay: 0, orders: [], decisions: [], movements: [], stock: [], notifications: [], deadLetters: [] },
  openingStock,
  clocksAgree: true,
  quiescent: true,
})
