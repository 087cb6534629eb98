/**
 * A load without an end on one address, from a thread of its own, at a rate that may change at any time: for somebody who watches.
 *
 * Guarantees: an open loop, in which no start waits for an answer; every started attempt comes back with its answer, by its
 * deadline; the same seed gives the same orders, in blocks of a thousand that each have the shares of the mix. The load ends by
 * itself at `most` orders. For what is measured there is `generator.ts`, which is more punctual.
 */
import { Worker } from 'node:worker_threads'
import type { Attempt, LoadResult } from './attempt.ts'
import type { MixOptions } from './mix.ts'
import type { PlannedOrder } from './orders.ts'
import type { Target } from './send.ts'

export type EndlessJob = {
  target: Target
  /** An attempt without an answer ends so long after its start, and is unknown. */
  deadlineMs: number
  seed: number
  /** No earlier load had it: it names users and keys. */
  runId: string
  mix: Omit<MixOptions, 'count'>
  most: number
}

export type Started = { index: number; plannedNs: number; startedNs: number }

/** What is new: in the sequence of their starts, and the attempts in that of their ends. */
export type News = { planned: PlannedOrder[]; started: Started[]; ended: Attempt[] }

/** As in `LoadResult`. `due`: starts that the rates asked for; more than were made where the load had come to its most. */
export type EndlessEnd = Pick<LoadResult, 'cpuShare' | 'connections'> & { due: number }

export type FromEndless = News & ({ kind: 'news' | 'flushed' } | { kind: 'last'; end: EndlessEnd })
export type ToEndless =
  | { kind: 'rate'; ordersPerSecond: number }
  | { kind: 'burst'; orders: number }
  | { kind: 'flush' | 'stop' }

export type EndlessLoad = {
  setRate(ordersPerSecond: number): void
  /** So many at once. */
  burst(orders: number): void
  /** Resolves when `onNews` has had every start until now. */
  flush(): Promise<void>
  /** Starts no more, and resolves when every attempt has ended and `onNews` has had it. */
  stop(): Promise<EndlessEnd>
  /** Ends the thread at once; does nothing after `stop`. */
  close(): Promise<void>
}

export function openEndlessLoad(job: EndlessJob, onNews: (news: News) => void): EndlessLoad {
  const worker = new Worker(new URL('./endless-main.ts', import.meta.url), { workerData: job })
  const tell = (message: ToEndless): void => worker.postMessage(message)
  const flushes: (() => void)[] = []
  const { promise: ended, resolve, reject } = Promise.withResolvers<EndlessEnd>()
  ended.catch(() => {}) // it is told to whoever flushes or stops
  worker.on('message', (message: FromEndless) => {
    onNews(message)
    if (message.kind === 'flushed') flushes.shift()?.()
    if (message.kind === 'last') resolve(message.end)
  })
  worker.on('error', cause => reject(new Error('The load generator broke.', { cause })))
  worker.on('exit', () => reject(new Error('The load generator has ended.')))
  return {
    setRate: ordersPerSecond => tell({ kind: 'rate', ordersPerSecond }),
    burst: orders => tell({ kind: 'burst', orders }),
    async flush() {
      const flushed = Promise.withResolvers<void>()
      flushes.push(flushed.resolve)
      tell({ kind: 'flush' })
      await Promise.race([flushed.promise, ended])
    },
    async stop() {
      tell({ kind: 'stop' })
      return ended
    },
    close: async () => void (await worker.terminate()),
  }
}
