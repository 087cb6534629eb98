// Where the time of a synchronous order goes, from the stamps that its services left on the way.
import type { History } from '#engine/run/history.ts'
import { percentiles } from '#engine/analysis/latency.ts'
import { type OrderTimeline, orderTimelines } from '#engine/analysis/order-timeline.ts'
import { latency } from '#engine/analysis/measures.ts'

export const HOPS = ['to the order service', 'inventory', 'order stored', 'notification', 'answer'] as const

/** The five spans of a reserved order in nanoseconds: client → stored → decided → stored → notified → answered. */
function spans(timeline: OrderTimeline, settledNs: number | undefined): number[] | undefined {
  const stamps = [
    timeline.attempt?.startedNs,
    timeline.placedNs,
    timeline.decidedNs,
    settledNs,
    timeline.notifiedNs,
    timeline.attempt?.answeredNs,
  ]
  if (timeline.outcome !== 'reserved' || stamps.includes(undefined)) return undefined
  const known = stamps as number[]
  return known.slice(1).map((stamp, index) => stamp - (known[index] ?? stamp))
}

/** The median and p99 of each span, over the reserved orders. */
export function hopMeasures(history: History) {
  const settled = new Map(history.evidence.orders.map(row => [row.orderId, row.decidedNs ?? undefined]))
  const all = orderTimelines(history).flatMap(timeline => {
    const found = spans(timeline, settled.get(timeline.planned.orderId))
    return found ? [found] : []
  })
  return HOPS.flatMap((hop, index) =>
    latency(`hop ${hop}`, percentiles(all.map(found => ({ ms: (found[index] ?? 0) / 1e6, atLeast: false })))),
  )
}
