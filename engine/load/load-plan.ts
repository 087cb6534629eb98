// The plan of a load: its own, or one start for each order at a steady rate.
import type { Load } from '../experiment/define.ts'
import { arriveAs, type PlannedStart } from './plan.ts'

/** @param orders those of the warm-up included */
export function planOf(
  { arrivals = 'uniform', ordersPerSecond, plan }: Load,
  orders: number,
  seed: number,
): PlannedStart[] {
  const arrive = arriveAs(arrivals, seed)
  return plan?.(orders, ordersPerSecond, arrive) ?? arrive(orders, ordersPerSecond)
}
