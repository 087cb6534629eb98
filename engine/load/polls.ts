/**
 * Clients that ask what became of their order, while the load runs and whatever is broken meanwhile: `GET /order/:orderId` a few
 * times after the request was due, and once more when all is quiet. What would be asked later than that shows nothing more, and is
 * not waited for.
 *
 * Guarantees: few enough that they are no load (of a planned load five orders a second, spread over it; 500 in all); the same load
 * polls the same orders; every poll ends by its deadline and is kept, also one without an answer. The moments are not exact.
 */
import { setTimeout as wait } from 'node:timers/promises'
import { request } from 'undici'
import type { Poll } from './attempt.ts'
import type { PlannedOrder } from './orders.ts'
import type { PlannedStart } from './plan.ts'
import { textField } from './send.ts'
import { direct } from '../run/http.ts'

const ORDERS_PER_SECOND = 5
const MOST_ORDERS = 500
/** After the planned start. */
const AFTER_MS = [30, 150, 700, 3_000]
const DEADLINE_MS = 5_000

export type PollOptions = {
  /** Of the order service. */
  url: string
  nowNs(): number
  signal: AbortSignal
}

export type Polling = {
  /** Polls the order some times after the moment at which its request is due, of the clock of `nowNs`. */
  follow(order: PlannedOrder, dueNs: number): void
  /** When all is quiet: polls each of the orders once more in place of what is not due yet, and resolves with all polls by their start. */
  finish(): Promise<Poll[]>
}

export function openPolling(options: PollOptions): Polling {
  const { nowNs, signal } = options
  const polls: Poll[] = []
  const followed: PlannedOrder[] = []
  const running: Promise<void>[] = []
  const quiet = new AbortController()
  const waiting = AbortSignal.any([signal, quiet.signal])
  const followOne = async (order: PlannedOrder, dueNs: number): Promise<void> => {
    for (const afterMs of AFTER_MS) {
      const leftMs = (dueNs - nowNs()) / 1e6 + afterMs
      const isDue = leftMs <= 0 || (await wait(leftMs, true, { signal: waiting }).catch(() => false))
      signal.throwIfAborted()
      if (!isDue) return
      polls.push(await pollOnce(options, order))
    }
  }
  return {
    follow(order, dueNs) {
      if (followed.length === MOST_ORDERS) return
      followed.push(order)
      const done = followOne(order, dueNs)
      done.catch(() => {}) // stopped: `finish` says so
      running.push(done)
    },
    async finish() {
      quiet.abort()
      await Promise.all(running)
      for (const order of followed) polls.push({ ...(await pollOnce(options, order)), isLast: true })
      return polls.toSorted((one, other) => one.startedNs - other.startedNs)
    },
  }
}

type Load = { orders: readonly PlannedOrder[]; plan: readonly PlannedStart[]; originNs: number }

/** Of some of the orders of a load that is planned. */
export function startPolling({ orders, plan, originNs, ...options }: PollOptions & Load): Polling {
  const polling = openPolling(options)
  for (const { order, offsetMs } of polledStarts(plan)) {
    const planned = orders[order]
    if (planned) polling.follow(planned, originNs + offsetMs * 1e6)
  }
  return polling
}

/** The first start of each order, as many as may be polled, evenly. */
export function polledStarts(plan: readonly PlannedStart[]): PlannedStart[] {
  const firsts = [...new Map(plan.toReversed().map(start => [start.order, start])).values()].reverse()
  const lastMs = firsts.reduce((last, { offsetMs }) => Math.max(last, offsetMs), 0)
  const count = Math.min(firsts.length, MOST_ORDERS, Math.max(3, Math.round((lastMs / 1_000) * ORDERS_PER_SECOND)))
  return Array.from({ length: count }, (_, nth) => firsts[Math.floor((nth * firsts.length) / count)]).filter(
    start => start !== undefined,
  )
}

async function pollOnce({ url, nowNs, signal }: PollOptions, { index, orderId }: PlannedOrder): Promise<Poll> {
  const poll = { index, orderId, startedNs: nowNs() }
  try {
    const response = await request(`${url}/order/${orderId}`, {
      dispatcher: direct,
      signal: AbortSignal.any([signal, AbortSignal.timeout(DEADLINE_MS)]),
    })
    const body: unknown = await response.body.json()
    const [says, reason] = ['status', 'reason'].map(name => textField(body, name))
    return {
      ...poll,
      answeredNs: nowNs(),
      status: response.statusCode,
      ...(says !== undefined && { says }),
      ...(reason !== undefined && { reason }),
    }
  } catch (error) {
    signal.throwIfAborted()
    return { ...poll, answeredNs: nowNs(), detail: error instanceof Error ? error.message : String(error) }
  }
}
