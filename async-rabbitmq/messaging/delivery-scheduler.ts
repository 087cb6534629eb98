// Decides when each delivery is handled. It knows nothing of brokers or orders.
//
//   settle-only    begins at once; it is not handled, and nothing begins to be handled before it is settled
//   isolated       begins when nothing is in progress, and nothing is handled beside it
//   isolated-last  the same, after all of `isolated`
//   concurrent     the rest, all at once
//
// Guarantees: nothing of a lane begins while a lane above it waits. When an item answers `stop` it goes back to the front
// of its lane and nothing more begins; one item is tried again every `resumeAfterMs`, until one is done.
// Not promised: an order among concurrent items.
import { setTimeout as wait } from 'node:timers/promises'

const LANES = ['settle-only', 'isolated', 'isolated-last', 'concurrent'] as const
export type Lane = (typeof LANES)[number]
export type Done = 'done' | 'stop'

export type DeliveryScheduler<Item> = {
  add(item: Item, lane: Lane): void
  /** Nothing begins between `hold` and `release`. */
  hold(): void
  release(): void
  /** Forgets what waits; what is in progress continues. */
  clear(): void
  /** Begins nothing more; resolves when nothing is in progress. */
  close(): Promise<void>
}

type Parts<Item> = {
  /** Never rejects. */
  work(item: Item, lane: Lane): Promise<Done>
  onStop(): void
  onResume(): void
  resumeAfterMs: number
}

export function createDeliveryScheduler<Item>(parts: Parts<Item>): DeliveryScheduler<Item> {
  const waiting: Record<Lane, Item[]> = { 'settle-only': [], isolated: [], 'isolated-last': [], concurrent: [] }
  const running: Record<Lane, number> = { 'settle-only': 0, isolated: 0, 'isolated-last': 0, concurrent: 0 }
  const isIdle = () => LANES.every(lane => running[lane] === 0)
  const idle = Promise.withResolvers<void>()
  let isHeld = false
  let isStopped = false
  let isClosed = false

  async function begin(item: Item, lane: Lane): Promise<Done> {
    running[lane]++
    const done = await parts.work(item, lane)
    running[lane]--
    if (isClosed && isIdle()) idle.resolve()
    if (done === 'stop' && !isClosed) {
      waiting[lane].unshift(item)
      if (!isStopped) void stopUntilOneIsDone()
    }
    beginWaiting()
    return done
  }

  function beginWaiting(): void {
    while (!isHeld && !isStopped && !isClosed) {
      const lane = nextLane(waiting, running)
      if (lane === undefined) return
      for (const item of waiting[lane].splice(0, lane.startsWith('isolated') ? 1 : Infinity)) void begin(item, lane)
    }
  }

  async function stopUntilOneIsDone(): Promise<void> {
    isStopped = true
    parts.onStop()
    while (!isClosed) {
      await wait(parts.resumeAfterMs, undefined, { ref: false })
      if (isHeld || !isIdle()) continue
      const lane = LANES.find(candidate => waiting[candidate].length > 0)
      const [item] = lane ? waiting[lane].splice(0, 1) : []
      // With nothing left to try, the next delivery shows whether the problem is over.
      if (lane === undefined || item === undefined || (await begin(item, lane)) === 'done') break
    }
    isStopped = false
    parts.onResume()
    beginWaiting()
  }

  return {
    add(item, lane) {
      waiting[lane].push(item)
      beginWaiting()
    },
    hold() {
      isHeld = true
    },
    release() {
      isHeld = false
      beginWaiting()
    },
    clear() {
      for (const lane of LANES) waiting[lane].length = 0
    },
    async close() {
      isClosed = true
      if (!isIdle()) await idle.promise
    },
  }
}

/** The lane whose next item may begin now. */
function nextLane(waiting: Record<Lane, unknown[]>, running: Record<Lane, number>): Lane | undefined {
  if (waiting['settle-only'].length > 0) return 'settle-only'
  if (running['settle-only'] + running.isolated + running['isolated-last'] > 0) return undefined
  const lane = LANES.find(candidate => waiting[candidate].length > 0)
  return lane === 'concurrent' || running.concurrent === 0 ? lane : undefined
}
