// The line in which deliveries wait for their turn. It knows nothing of brokers or orders.
// Guarantees: what must be settled `unhandled` is settled before anything is handled; what must be `alone` begins when
// nothing else is under way, and nothing begins beside it; `last` is alone too, after all that are; the rest is handled
// together. When an item says `stop`, it
// goes back to the front, nothing more begins, and one item is tried again every so often until one does not say it.
// Not promised: an order among items that are handled together.
import { setTimeout as wait } from 'node:timers/promises'

export type Lane = 'unhandled' | 'alone' | 'last' | 'together'
export type Done = 'done' | 'stop'

export type DeliveryScheduler<Item> = {
  arrive(item: Item, turn: Lane): void
  /** Nothing begins between `hold` and `release`. */
  hold(): void
  release(): void
  /** Forgets what waits; what is under way goes on. */
  clear(): void
  /** Begins nothing more; resolves when nothing is under way. */
  close(): Promise<void>
}

type Parts<Item> = {
  /** Never rejects. */
  work(item: Item, turn: Lane): Promise<Done>
  onStop(): void
  onResume(): void
  tryAgainMs: number
}

export function createDeliveryScheduler<Item>({
  work,
  onStop,
  onResume,
  tryAgainMs,
}: Parts<Item>): DeliveryScheduler<Item> {
  const waiting: Record<Lane, Item[]> = { unhandled: [], alone: [], last: [], together: [] }
  const running: Record<Lane, number> = { unhandled: 0, alone: 0, last: 0, together: 0 }
  const isIdle = () => Object.values(running).every(count => count === 0)
  const idle = Promise.withResolvers<void>()
  let isHeld = false
  let isStopped = false
  let isClosed = false

  async function begin(item: Item, turn: Lane): Promise<Done> {
    running[turn]++
    const done = await work(item, turn)
    running[turn]--
    if (isClosed && isIdle()) idle.resolve()
    if (done === 'stop' && !isClosed) {
      waiting[turn].unshift(item)
      if (!isStopped) void stop()
    }
    pump()
    return done
  }

  function pump(): void {
    if (isHeld || isStopped || isClosed) return
    for (const item of waiting.unhandled.splice(0)) void begin(item, 'unhandled')
    if (running.unhandled + running.alone + running.last > 0) return
    const lonely = waiting.alone.length > 0 ? 'alone' : 'last'
    const item = running.together === 0 ? waiting[lonely].shift() : undefined
    if (item !== undefined) return void begin(item, lonely)
    if (waiting[lonely].length > 0) return
    for (const one of waiting.together.splice(0)) void begin(one, 'together')
  }

  async function stop(): Promise<void> {
    isStopped = true
    onStop()
    while (!isClosed) {
      await wait(tryAgainMs, undefined, { ref: false })
      if (isHeld || !isIdle()) continue
      const turn = (['unhandled', 'alone', 'last', 'together'] as const).find(name => waiting[name].length > 0)
      const item = turn && waiting[turn].shift()
      // With nothing left to try, the next delivery will tell.
      if (turn === undefined || item === undefined || (await begin(item, turn)) === 'done') break
    }
    isStopped = false
    onResume()
    pump()
  }

  return {
    arrive(item, turn) {
      waiting[turn].push(item)
      pump()
    },
    hold() {
      isHeld = true
    },
    release() {
      isHeld = false
      pump()
    },
    clear() {
      for (const items of Object.values(waiting)) items.length = 0
    },
    async close() {
      isClosed = true
      if (!isIdle()) await idle.promise
    },
  }
}
