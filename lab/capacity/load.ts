// The load of a probe: the rate comes in steps, because a process that has just started is not as fast as it will be, and what waits
// after a sudden start would be measured as a backlog; then the measured orders, as a Poisson process.
import type { Load } from '#engine/experiment/define.ts'
import { type Arrive, inTime, type PlannedStart } from '#engine/load/plan.ts'
import type { Length } from './search.ts'

const MEASURED_SECONDS: Record<Length, number> = { short: 5, long: 20 }
/** So many orders give a p99 with ten samples beyond it, though some of them must fail. */
const ENOUGH_ORDERS = 1_100
const LONGEST_SECONDS = 20

/** A probe of few orders a second lasts longer. */
export const measuredSeconds = (ordersPerSecond: number, length: Length): number =>
  Math.max(MEASURED_SECONDS[length], Math.min(LONGEST_SECONDS, Math.ceil(ENOUGH_ORDERS / ordersPerSecond)))

/** Parts of the rate, for a second each. */
const WARM_UP = [0.25, 0.5, 1]

/** @param seconds that are measured */
export function probeLoad(
  ordersPerSecond: number,
  seconds: number,
): Pick<Load, 'warmUpOrders' | 'orders' | 'plan' | 'ordersPerSecond'> {
  const steps = WARM_UP.map(part => Math.max(1, Math.round(part * ordersPerSecond)))
  const counts = [...steps, Math.round(seconds * ordersPerSecond)]
  return {
    ordersPerSecond,
    warmUpOrders: steps.reduce((sum, count) => sum + count, 0),
    orders: counts.at(-1) ?? 0,
    plan(_orders, _rate, arrive) {
      const rates = [...steps, ordersPerSecond]
      return inTime(counts.flatMap((count, nth) => arrive(count, rates[nth] ?? 0, nth * 1_000))).map(
        ({ offsetMs }, order) => ({ order, offsetMs }),
      )
    },
  }
}

/** When its measured part begins and ends, in seconds since the load began. */
export const measuredWindow = (seconds: number) => ({ from: WARM_UP.length, to: WARM_UP.length + seconds })

/** The starts of a probe. */
export const startsOf = (ordersPerSecond: number, seconds: number, arrive: Arrive): PlannedStart[] => {
  const { plan, orders, warmUpOrders = 0 } = probeLoad(ordersPerSecond, seconds)
  return plan?.(orders + warmUpOrders, ordersPerSecond, arrive) ?? []
}
