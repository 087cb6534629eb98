/** What a lane at work is made of, and what is known of it so far. Nothing is read or performed here: work.ts and perform.ts do. */
import { monotonicNs } from '#common/contracts/clock.ts'
import type { ComparableModel, Configuration } from '#engine/experiment/comparison-adapter.ts'
import { DEADLINE_MS } from '#engine/experiment/script.ts'
import { MOST_ORDERS } from '#engine/experiment/script-format.ts'
import { type EndlessLoad, openEndlessLoad } from '#engine/load/endless.ts'
import { initialStock, orderMix } from '#engine/load/mix.ts'
import { openPolling, type Polling } from '#engine/load/polls.ts'
import { type EvidenceFeed, openEvidenceFeed } from '#engine/run/evidence-feed.ts'
import type { History } from '#engine/run/history.ts'
import type { Deployed } from '#engine/run/run-variant.ts'
import { type LiveOrders, trackOrders } from './orders.ts'
import type { Counters, LaneFrame } from './page/protocol.ts'
import { partsOf, type PartStates, trackParts } from './parts.ts'

/** That of the mix of the experiments: one kitchen is sold out after some 4,000 orders. */
export const OPENING_STOCK = initialStock(orderMix({ count: 10_000, scarceStock: 200 }))
/** Orders that are drawn each second. */
const DRAWN_PER_SECOND = 100
const POLLED_EVERY = 40

export type StateOptions = Deployed & {
  model: ComparableModel
  configuration: Configuration
  /** Names the users and keys of its orders. */
  id: string
  seed: number
  signal: AbortSignal
}

export type LaneState = StateOptions & {
  originNs: number
  originUnixMs: number
  load: EndlessLoad
  orders: LiveOrders
  feed: EvidenceFeed
  polling: Polling
  parts: PartStates
  rate: number
  poisons: number
  duplicating: boolean
  raw: History['raw']
  executedSteps: History['executedSteps']
  marks: LaneFrame['marks']
  counters: Pick<Counters, 'lost' | 'duplicated' | 'oversold' | 'unexpected'> & { atNs: number }
}

export function openState(options: StateOptions): LaneState {
  const { model, configuration, id, seed, runtime, inspector, signal } = options
  const originNs = monotonicNs()
  const orders = trackOrders(originNs)
  const url = runtime.url(model.entry)
  const polling = openPolling({ url, nowNs: monotonicNs, signal })
  const target = { url, path: '/order' }
  const job = { target, deadlineMs: DEADLINE_MS, seed, runId: id, mix: {}, most: MOST_ORDERS }
  const parts = trackParts(partsOf(model, configuration.environment), runtime)
  const canAnswer = (name: string) => parts.now().some(part => part.name === name && part.state === 'up')
  const load = openEndlessLoad(job, news => {
    orders.addNews(news, oneInOf(state.rate))
    for (const { index, plannedNs } of news.started) {
      const order = orders.planned[index]
      if (order && index % POLLED_EVERY === 0) polling.follow(order, plannedNs)
    }
  })
  const state: LaneState = {
    ...options,
    originNs,
    originUnixMs: Date.now(),
    load,
    orders,
    feed: openEvidenceFeed({ model, runtime, inspector, canAnswer }),
    polling,
    parts,
    rate: 0,
    poisons: 0,
    duplicating: false,
    raw: [],
    executedSteps: [],
    marks: [],
    counters: { lost: 0, duplicated: 0, oversold: 0, unexpected: 0, atNs: originNs },
  }
  return state
}

/** So many orders one that is drawn stands for. */
export const oneInOf = (rate: number): number => Math.max(1, Math.ceil(rate / DRAWN_PER_SECOND))
