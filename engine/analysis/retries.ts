// What clients that try again get, and what they cost: from a history alone. A client is whoever wanted one of the planned orders; where
// that failed for good its others stand in for it.
import { isWorthRetrying } from '../load/retry.ts'
import type { Attempt } from '../load/attempt.ts'
import type { History } from '../run/history.ts'
import { oncePerHistory } from '../run/once.ts'
import type { Measure } from '../run/summary.ts'
import { isCompleted, type OrderTimeline, orderTimelines } from './order-timeline.ts'
import { faultOf } from './recovery.ts'
import type { Span } from '../load/plan.ts'

export const REQUESTS_PER_CLIENT = 'requests per client'
export const CLIENTS_SERVED = 'clients served'
export const REFUSALS_OUTLAST = 'refusals outlast the fault by'
export const MOST_REQUESTS = 'most requests in a second'

export type Client = { orders: OrderTimeline[]; attempts: Attempt[] }

/** All of them, by the index of their first order. */
export const clientsOf = oncePerHistory((history: History): ReadonlyMap<number, Client> => {
  const clients = new Map<number, Client>()
  const owners = new Map<number, Client>()
  for (const order of orderTimelines(history, { all: true })) {
    const { index, insteadOf = index } = order.planned
    const client = clients.get(insteadOf) ?? { orders: [], attempts: [] }
    clients.set(insteadOf, client)
    owners.set(index, client)
    client.orders.push(order)
  }
  for (const attempt of history.attempts) owners.get(attempt.index)?.attempts.push(attempt)
  return clients
})

/** @param planned span of the fault */
export function retryMeasures(history: History, planned: Span): Omit<Measure, 'variant'>[] {
  // What stands in for an order of the warm-up is not measured either.
  const clients = [...clientsOf(history)].flatMap(([index, client]) => (index < history.warmUpOrders ? [] : [client]))
  const attempts = clients.flatMap(client => client.attempts)
  const of = (part: number) => (clients.length === 0 ? null : part / clients.length)
  const served = of(clients.filter(({ orders }) => orders.some(isCompleted)).length)
  return [
    { name: 'clients', unit: 'clients', value: clients.length },
    { name: CLIENTS_SERVED, unit: '%', value: served === null ? null : 100 * served },
    { name: REQUESTS_PER_CLIENT, unit: 'requests', value: of(attempts.length) },
    { name: MOST_REQUESTS, unit: 'requests', value: mostInASecond(attempts) },
    { name: REFUSALS_OUTLAST, unit: 'ms', value: refusalsOutlastMs(history, attempts, faultOf(history, planned).toMs) },
  ]
}

/** In any stretch of a second. */
function mostInASecond(attempts: readonly Attempt[]): number {
  const starts = attempts.map(({ startedNs }) => startedNs).sort((one, other) => one - other)
  let from = 0
  let most = 0
  for (const [at, startedNs] of starts.entries()) {
    while ((starts[from] ?? 0) <= startedNs - 1e9) from++
    most = Math.max(most, at - from + 1)
  }
  return most
}

/** From the end of the fault until the last request was sent that was refused, or got no answer; 0 where none was sent after it. */
function refusalsOutlastMs({ originNs }: History, attempts: readonly Attempt[], endMs: number): number {
  const refusedMs = attempts
    .filter(({ answer }) => isWorthRetrying(answer))
    .map(({ startedNs }) => (startedNs - originNs) / 1e6 - endMs)
  return refusedMs.reduce((last, ms) => Math.max(last, ms), 0)
}
