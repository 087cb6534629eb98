// Works through rows of a store until none is left, each of a kitchen: a row that fails holds up those of its kitchen, and no others.
// Guarantees: a row is worked on until its `run` has resolved, which is also what removes it. Runs of a kitchen begin in the order of the
// rows; after one that failed the kitchen goes on with its first row, alone, when its other runs have ended and a pause has passed, and each
// success allows twice as many at once. New rows and those that waited take turns. What waits, waits in the store: in memory are the
// numbers of its rows, and at most two windows of rows.
// Not promised: that kitchens which fail late leave the others a place at every moment: before its first failure one may hold all. Nor that
// a row is worked on once. After a crash between the work and its removal it is worked on again.
import type { DurableWorker } from './durable-worker.ts'
import { type Backoff, createBackoff, type Pace } from './retry.ts'

export type KitchenWorkerParts<Row extends { seq: number }> = {
  /** The first rows after `after`, at most `limit`. */
  pending(after: number, limit: number): Promise<Row[]>
  /** A row that was read before. */
  rowAt(seq: number): Promise<Row | undefined>
  kitchenOf(row: Row): string
  /** Works on the row and removes it. Rejects when it is to be worked on again. */
  run(row: Row): Promise<void>
  /** At most so many runs at once, of all kitchens. */
  window: number
  /** Whether the others would fail as well: then nothing begins until all in flight have ended and a pause has passed. */
  stopsAll(error: unknown): boolean
  /** A run has succeeded, and of no kitchen has the last one failed. */
  onHealthy?(): void
  onFailure(error: unknown): void
  /** Nothing is left to do. */
  onIdle?(): void
  closing: AbortSignal
  pace?: Pace
}

type Kitchen = {
  /** Rows that were read and may not begin yet, in their order. */
  waiting: number[]
  inFlight: number
  /** At most so many at once. */
  limit: number
  hasFailed: boolean
  isPausing: boolean
  backoff: Backoff
}

const mayBegin = ({ inFlight, limit, isPausing }: Kitchen): boolean => !isPausing && inFlight < limit

export function startWorkerByKitchen<Row extends { seq: number }>(parts: KitchenWorkerParts<Row>): DurableWorker {
  const { window, closing, onFailure } = parts
  const kitchens = openKitchens(parts)
  const source = openSource(parts, kitchens)
  const backoff = createBackoff(closing, parts.pace)
  const inFlight = new Set<Promise<void>>()
  let changed = Promise.withResolvers<void>()
  const notify = () => changed.resolve()
  closing.addEventListener('abort', notify)
  let isStopped = false

  function begin(row: Row): void {
    const name = parts.kitchenOf(row)
    const isAfterFailure = kitchens.began(name)
    const running = parts
      .run(row)
      .then(() => {
        backoff.reset()
        kitchens.succeeded(name, isAfterFailure)
        if (!kitchens.someFailed()) parts.onHealthy?.()
      })
      .catch((error: unknown) => {
        const stopsAll = parts.stopsAll(error)
        isStopped ||= stopsAll
        kitchens.failed(name, row.seq, stopsAll ? undefined : notify)
        onFailure(error)
      })
      .finally(() => {
        inFlight.delete(running)
        kitchens.ended(name)
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
      // While it was read another run may have failed.
      if (isStopped || closing.aborted || !kitchens.mayBegin(parts.kitchenOf(row)))
        kitchens.wait(parts.kitchenOf(row), row.seq)
      else begin(row)
    }
    if (isStopped) {
      await Promise.all(inFlight)
      await backoff.pause()
      isStopped = false
      return
    }
    if (inFlight.size === 0 && !kitchens.someWait()) parts.onIdle?.()
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

const freshKitchen = (limit: number, backoff: Backoff): Kitchen => ({
  waiting: [],
  inFlight: 0,
  limit,
  hasFailed: false,
  isPausing: false,
  backoff,
})

function insert(waiting: number[], seq: number): void {
  waiting.push(seq)
  waiting.sort((one, other) => one - other)
}

/** The kitchens of which something is in flight or waits. */
function openKitchens({
  window,
  closing,
  pace,
}: Pick<KitchenWorkerParts<{ seq: number }>, 'window' | 'closing' | 'pace'>) {
  const kitchens = new Map<string, Kitchen>()
  function of(name: string): Kitchen {
    const kitchen = kitchens.get(name) ?? freshKitchen(window, createBackoff(closing, pace))
    kitchens.set(name, kitchen)
    return kitchen
  }
  const wait = (name: string, seq: number): void => insert(of(name).waiting, seq)
  const some = (is: (kitchen: Kitchen) => boolean): boolean => [...kitchens.values()].some(is)
  return {
    of,
    wait,
    mayBegin: (name: string) => mayBegin(of(name)),
    someFailed: () => some(({ hasFailed }) => hasFailed),
    someWait: () => some(({ waiting }) => waiting.length > 0),
    /** Says whether the last run of the kitchen has failed. */
    began(name: string): boolean {
      const kitchen = of(name)
      kitchen.inFlight++
      return kitchen.hasFailed
    },
    /** One that began before a failure says nothing of what comes after it. */
    succeeded(name: string, isAfterFailure: boolean): void {
      const kitchen = of(name)
      if (kitchen.hasFailed && !isAfterFailure) return
      kitchen.hasFailed = false
      kitchen.limit = Math.min(window, 2 * kitchen.limit)
      kitchen.backoff.reset()
    },
    /** @param resume called when the kitchen has paused; without it the kitchen does not pause */
    failed(name: string, seq: number, resume?: () => void): void {
      const kitchen = of(name)
      kitchen.hasFailed = true
      kitchen.limit = 1
      wait(name, seq)
      if (!resume || kitchen.isPausing) return
      kitchen.isPausing = true
      void kitchen.backoff.pause().then(() => {
        kitchen.isPausing = false
        resume()
      })
    },
    ended(name: string): void {
      const kitchen = of(name)
      kitchen.inFlight--
      if (kitchen.inFlight === 0 && kitchen.waiting.length === 0 && !kitchen.hasFailed) kitchens.delete(name)
    },
    /** The first row that waits in a kitchen that may go on; that kitchen is the last one to be looked at next time. */
    takeWaiting(): { name: string; seq: number } | undefined {
      for (const [name, kitchen] of kitchens) {
        const [seq] = kitchen.waiting
        if (seq === undefined || !mayBegin(kitchen)) continue
        kitchens.delete(name)
        kitchens.set(name, kitchen)
        kitchen.waiting.shift()
        return { name, seq }
      }
      return undefined
    },
  }
}

/** Where the next row comes from: those that wait in a kitchen, and the store behind the last one that was read. */
function openSource<Row extends { seq: number }>(
  { pending, rowAt, kitchenOf, window }: KitchenWorkerParts<Row>,
  kitchens: ReturnType<typeof openKitchens>,
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
      const kitchen = kitchens.of(kitchenOf(row))
      if (kitchen.waiting.length === 0 && mayBegin(kitchen)) return row
      kitchen.waiting.push(row.seq)
    }
  }
  async function takeWaiting(): Promise<Row | undefined> {
    const taken = kitchens.takeWaiting()
    if (!taken) return undefined
    try {
      return await rowAt(taken.seq)
    } catch (error) {
      kitchens.wait(taken.name, taken.seq)
      throw error
    }
  }
  return {
    async take(): Promise<Row | undefined> {
      isNewsTurn = !isNewsTurn
      const [first, second] = isNewsTurn ? [takeNew, takeWaiting] : [takeWaiting, takeNew]
      return (await first()) ?? (await second())
    },
  }
}
