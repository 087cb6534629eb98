// Works through rows of a store until none is left, each of a lane: a row that fails holds up those of its lane, and no others.
// Guarantees: a row is worked on until its `run` has resolved, which is also what removes it. Runs of a lane begin in the order of the
// rows; after one that failed the lane goes on with its first row, alone, when its other runs have ended and a pause has passed, and each
// success allows twice as many at once. New rows and those that waited take turns. What waits, waits in the store: of it a number is in
// memory.
// Not promised: that a row is worked on once. After a crash between the work and its removal it is worked on again.
import type { DurableWorker } from './durable-worker.ts'
import { type Backoff, createBackoff, type Pace } from './retry.ts'

export type LaneWorkerParts<Row extends { seq: number }> = {
  /** The first rows after `after`, at most `limit`. */
  pending(after: number, limit: number): Promise<Row[]>
  /** A row that was read before. */
  rowAt(seq: number): Promise<Row | undefined>
  laneOf(row: Row): string
  /** Works on the row and removes it. Rejects when it is to be worked on again. */
  run(row: Row): Promise<void>
  /** At most so many runs at once, of all lanes. */
  window: number
  /** Whether the others would fail as well: then nothing begins until all in flight have ended and a pause has passed. */
  stopsAll(error: unknown): boolean
  /** A run has succeeded, and of no lane has the last one failed. */
  onHealthy?(): void
  onFailure(error: unknown): void
  /** Nothing is left to do. */
  onIdle?(): void
  closing: AbortSignal
  pace?: Pace
}

type Lane = {
  /** Rows that were read and may not begin yet, in their order. */
  waiting: number[]
  inFlight: number
  /** At most so many at once. */
  limit: number
  hasFailed: boolean
  isPausing: boolean
  backoff: Backoff
}

const mayBegin = ({ inFlight, limit, isPausing }: Lane): boolean => !isPausing && inFlight < limit

export function startLaneWorker<Row extends { seq: number }>(parts: LaneWorkerParts<Row>): DurableWorker {
  const { window, closing, onFailure } = parts
  const lanes = openLanes(parts)
  const source = openSource(parts, lanes)
  const backoff = createBackoff(closing, parts.pace)
  const inFlight = new Set<Promise<void>>()
  let changed = Promise.withResolvers<void>()
  const notify = () => changed.resolve()
  closing.addEventListener('abort', notify)
  let isStopped = false

  function begin(row: Row): void {
    const name = parts.laneOf(row)
    const isAfterFailure = lanes.began(name)
    const running = parts
      .run(row)
      .then(() => {
        backoff.reset()
        lanes.succeeded(name, isAfterFailure)
        if (!lanes.someFailed()) parts.onHealthy?.()
      })
      .catch((error: unknown) => {
        const stopsAll = parts.stopsAll(error)
        isStopped ||= stopsAll
        lanes.failed(name, row.seq, stopsAll ? undefined : notify)
        onFailure(error)
      })
      .finally(() => {
        inFlight.delete(running)
        lanes.ended(name)
        notify()
      })
    inFlight.add(running)
  }

  /** Begins what may begin, and waits until more may. */
  async function advance(): Promise<void> {
    // Made before the rows are read, so that no notification is missed.
    changed = Promise.withResolvers()
    while (inFlight.size < window && !isStopped && !closing.aborted) {
      const row = await source.take()
      if (!row) break
      begin(row)
    }
    if (isStopped) {
      await Promise.all(inFlight)
      await backoff.pause()
      isStopped = false
      return
    }
    if (inFlight.size === 0 && !lanes.someWait()) parts.onIdle?.()
    if (!closing.aborted) await changed.promise
  }

  async function work(): Promise<void> {
    while (!closing.aborted)
      await advance().catch(async (error: unknown) => {
        if (!closing.aborted) onFailure(error)
        await backoff.pause()
      })
    await Promise.all(inFlight)
  }
  return { notify, ended: work() }
}

/** The lanes of which something is in flight or waits. */
function openLanes({ window, closing, pace }: Pick<LaneWorkerParts<{ seq: number }>, 'window' | 'closing' | 'pace'>) {
  const lanes = new Map<string, Lane>()
  function of(name: string): Lane {
    const fresh = (): Lane => ({
      waiting: [],
      inFlight: 0,
      limit: window,
      hasFailed: false,
      isPausing: false,
      backoff: createBackoff(closing, pace),
    })
    const lane = lanes.get(name) ?? fresh()
    lanes.set(name, lane)
    return lane
  }
  const some = (is: (lane: Lane) => boolean): boolean => [...lanes.values()].some(is)
  return {
    of,
    someFailed: () => some(({ hasFailed }) => hasFailed),
    someWait: () => some(({ waiting }) => waiting.length > 0),
    /** Says whether the last run of the lane has failed. */
    began(name: string): boolean {
      const lane = of(name)
      lane.inFlight++
      return lane.hasFailed
    },
    /** One that began before a failure says nothing of what comes after it. */
    succeeded(name: string, isAfterFailure: boolean): void {
      const lane = of(name)
      if (lane.hasFailed && !isAfterFailure) return
      lane.hasFailed = false
      lane.limit = Math.min(window, 2 * lane.limit)
      lane.backoff.reset()
    },
    /** @param resume called when the lane has paused; without it the lane does not pause */
    failed(name: string, seq: number, resume?: () => void): void {
      const lane = of(name)
      lane.hasFailed = true
      lane.limit = 1
      lane.waiting.push(seq)
      lane.waiting.sort((one, other) => one - other)
      if (!resume || lane.isPausing) return
      lane.isPausing = true
      void lane.backoff.pause().then(() => {
        lane.isPausing = false
        resume()
      })
    },
    ended(name: string): void {
      const lane = of(name)
      lane.inFlight--
      if (lane.inFlight === 0 && lane.waiting.length === 0 && !lane.hasFailed) lanes.delete(name)
    },
    /** The first row that waits in a lane that may go on; that lane is the last one to be looked at next time. */
    takeWaiting(): number | undefined {
      for (const [name, lane] of lanes) {
        if (lane.waiting.length === 0 || !mayBegin(lane)) continue
        lanes.delete(name)
        lanes.set(name, lane)
        return lane.waiting.shift()
      }
      return undefined
    },
  }
}

/** Where the next row comes from: those that wait in a lane, and the store behind the last one that was read. */
function openSource<Row extends { seq: number }>(
  { pending, rowAt, laneOf, window }: LaneWorkerParts<Row>,
  lanes: ReturnType<typeof openLanes>,
) {
  let after = 0
  let page: Row[] = []
  let isNewsTurn = false
  async function takeNew(): Promise<Row | undefined> {
    for (;;) {
      if (page.length === 0) page = await pending(after, window)
      const row = page.shift()
      if (!row) return undefined
      after = row.seq
      const lane = lanes.of(laneOf(row))
      if (lane.waiting.length === 0 && mayBegin(lane)) return row
      lane.waiting.push(row.seq)
    }
  }
  async function takeWaiting(): Promise<Row | undefined> {
    const seq = lanes.takeWaiting()
    return seq === undefined ? undefined : rowAt(seq)
  }
  return {
    async take(): Promise<Row | undefined> {
      isNewsTurn = !isNewsTurn
      const [first, second] = isNewsTurn ? [takeNew, takeWaiting] : [takeWaiting, takeNew]
      return (await first()) ?? (await second())
    },
  }
}
