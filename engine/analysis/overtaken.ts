/**
 * Orders that were overtaken: a later order of the same kitchen was decided before them. One order is later than another when its
 * request was sent after the other one's answer had come, so that a client who saw both could tell. The sequence of decisions is
 * that of inventory's table. No model promises more than its README says, so this is counted and not judged.
 */
import type { History } from '../run/history.ts'
import { ascending, positionIn } from './extremes.ts'
import type { Measure } from '../run/summary.ts'

type Placed = { seq: number; sentNs: number; answeredNs: number }

export function overtakenMeasures(history: History): Omit<Measure, 'variant'>[] {
  const counts = [...placedByKitchen(history).values()].flatMap(overtakers)
  return [
    { name: 'overtaken', unit: 'orders', value: counts.filter(count => count > 0).length },
    { name: 'overtaken by', unit: 'orders', value: counts.reduce((most, count) => Math.max(most, count), 0) },
  ]
}

/** The orders that inventory decided and whose first request was answered that they were taken, or why not. */
function placedByKitchen({ planned, attempts, evidence }: History): Map<string, Placed[]> {
  const decided = new Map<string, number>()
  for (const { orderId, seq } of evidence.decisions) decided.set(orderId, seq)
  const kitchens = new Map<string, Placed[]>()
  for (const { index, attempt, orderId, startedNs, answeredNs, answer } of attempts) {
    const seq = decided.get(orderId)
    const kitchen = planned[index]?.kitchenId
    if (attempt > 1 || seq === undefined || kitchen === undefined || answeredNs === undefined) continue
    if (answer.kind !== 'status' || answer.status >= 500) continue
    const placed = kitchens.get(kitchen) ?? []
    placed.push({ seq, sentNs: startedNs, answeredNs })
    kitchens.set(kitchen, placed)
  }
  return kitchens
}

/** Of each order of a kitchen, how many later ones were decided before it. */
function overtakers(placed: readonly Placed[]): number[] {
  const sentNs = ascending(placed.map(order => order.sentNs))
  const decided = counter(sentNs.length)
  return placed
    .toSorted((one, other) => one.seq - other.seq)
    .map((order, before) => {
      const earlier = decided.countBelow(positionIn(sentNs, order.answeredNs))
      decided.add(positionIn(sentNs, order.sentNs) - 1)
      return before - earlier
    })
}

/** How often positions below one were added, in a logarithm of their number: Fenwick, "A New Data Structure for Cumulative Frequency Tables", 1994. */
function counter(size: number) {
  const sums = new Uint32Array(size + 1)
  return {
    add(position: number): void {
      for (let at = position + 1; at <= size; at += at & -at) sums[at] = (sums[at] ?? 0) + 1
    },
    countBelow(position: number): number {
      let count = 0
      for (let at = position; at > 0; at -= at & -at) count += sums[at] ?? 0
      return count
    },
  }
}
