// Where the time of a synchronous order goes, from the timestamps of its services.
import type { History } from '#engine/run/history.ts'
import { percentiles } from '#engine/analysis/latency.ts'
import { type OrderTimeline, orderTimelines } from '#engine/analysis/order-timeline.ts'
import { latency, voidBecause } from '#engine/analysis/measures.ts'

export const HOPS = ['to the order service', 'inventory', 'order stored', 'notification', 'answer'] as const

/** The five spans of a reserved order in nanoseconds: requested → stored → decided → outcome stored → notified → answered. */
function spans(timeline: OrderTimeline): number[] | undefined {
  const timestamps = [
    timeline.attempt?.startedNs,
    timeline.placedNs,
    timeline.decidedNs,
    timeline.storedNs,
    timeline.notifiedNs,
    timeline.attempt?.answeredNs,
  ]
  const known = timestamps.filter(ns => ns !== undefined)
  if (timeline.outcome !== 'reserved' || known.length < timestamps.length) return undefined
  return known.slice(1).map((ns, index) => ns - (known[index] ?? ns))
}

/** The median and p99 of each span, over the reserved orders. They begin when an order was started, and hold nothing of how late that was. */
export function hopMeasures(history: History) {
  const why = voidBecause(history)
  const ofHops = HOPS.map((hop): { hop: string; ns: number[] } => ({ hop, ns: [] }))
  for (const timeline of orderTimelines(history)) {
    const found = spans(timeline)
    for (const [index, ns] of found?.entries() ?? []) ofHops[index]?.ns.push(ns)
  }
  return ofHops.flatMap(({ hop, ns }) =>
    latency(`hop ${hop}`, percentiles(ns.map(each => ({ ms: each / 1e6, lateMs: 0, atLeast: false }))), why),
  )
}
