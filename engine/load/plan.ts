// When each attempt starts: evenly, or as arrivals that know nothing of each other. A plan is complete before the load begins, and never waits for an answer.
import { seededRandom } from './random.ts'

export type PlannedStart = {
  /** Position of the order in the list of orders. */
  order: number
  /** Milliseconds from the beginning of the load, fractions allowed. */
  offsetMs: number
}

/** A part of the load, in milliseconds since it began: for instance while a fault lasts. */
export type Span = { fromMs: number; toMs: number }

/** Every order once, evenly. @throws RangeError when the rate is not above 0 */
export function steadyPlan(count: number, ordersPerSecond: number, fromMs = 0): PlannedStart[] {
  if (!(ordersPerSecond > 0 && Number.isFinite(ordersPerSecond))) {
    throw new RangeError(`ordersPerSecond must be above 0, not ${ordersPerSecond}.`)
  }
  return Array.from({ length: count }, (_, order) => ({ order, offsetMs: fromMs + (order * 1000) / ordersPerSecond }))
}

export type Arrivals = 'uniform' | 'poisson'

/** Every order once, in a stretch of `count / ordersPerSecond` seconds. @throws RangeError as `steadyPlan` */
export type Arrive = typeof steadyPlan

/**
 * Evenly, or as a Poisson process of which it is known how many come in each stretch: then their times are independent and uniform
 * in it (D. R. Cox and P. A. W. Lewis, The Statistical Analysis of Series of Events, 1966, section 2.1). The same seed gives the
 * same times.
 */
export function arriveAs(arrivals: Arrivals, seed: number): Arrive {
  if (arrivals === 'uniform') return steadyPlan
  const random = seededRandom(seed)
  return (count, ordersPerSecond, fromMs) => {
    const plan = steadyPlan(count, ordersPerSecond, fromMs)
    const [first] = plan
    const lengthMs = (count * 1000) / ordersPerSecond
    const offsets = plan.map(() => (first?.offsetMs ?? 0) + random.next() * lengthMs).sort((one, other) => one - other)
    return plan.map(({ order }, position) => ({ order, offsetMs: offsets[position] ?? 0 }))
  }
}

const ALWAYS: Span = { fromMs: 0, toMs: Infinity }

/** The plan with every nth of its starts in `span` sent once more, `afterMs` later: the same order under the same key. */
export function withRepeats(
  plan: readonly PlannedStart[],
  every: number,
  afterMs: number,
  { fromMs, toMs } = ALWAYS,
): PlannedStart[] {
  const during = plan.filter(({ offsetMs }) => offsetMs >= fromMs && offsetMs < toMs)
  const repeats = during.filter((_, position) => position % every === 0)
  return inTime([...plan, ...repeats.map(start => ({ ...start, offsetMs: start.offsetMs + afterMs }))])
}

/** The plan by time; starts of one moment keep their sequence. */
export function inTime(plan: readonly PlannedStart[]): PlannedStart[] {
  return plan.toSorted((one, other) => one.offsetMs - other.offsetMs)
}

/** @throws RangeError when a start names no order or lies before the beginning */
export function checkPlan(plan: readonly PlannedStart[], orders: number): void {
  for (const { order, offsetMs } of plan) {
    if (!Number.isInteger(order) || order < 0 || order >= orders) {
      throw new RangeError(`The plan names order ${order}, and there are ${orders} orders, counted from 0.`)
    }
    if (!(offsetMs >= 0 && Number.isFinite(offsetMs))) {
      throw new RangeError(`A planned start must be 0 ms or later, not ${offsetMs}.`)
    }
  }
}
