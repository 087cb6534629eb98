/** What latency a schedule implies against a target that answers at once except while it stalls. */
import { nearestRank } from '#engine/analysis/latency/percentiles.ts'

/** On the monotonic clock. */
export type Stall = { fromNs: number; toNs: number }

/** Milliseconds that the p99 of the planned starts must wait for the end of a stall. @throws RangeError without starts */
export function impliedP99Ms(plannedNs: readonly number[], stalls: readonly Stall[]): number {
  const waitMs = (atNs: number): number => {
    const met = stalls.find(({ fromNs, toNs }) => fromNs <= atNs && atNs < toNs)
    return met === undefined ? 0 : (met.toNs - atNs) / 1e6
  }
  return nearestRank(
    plannedNs.map(waitMs).sort((one, other) => one - other),
    990,
  )
}
