// Measures and checks of the experiment on consumer lag. They read the history and nothing else.
import { defineCheck, invalid, vacuous, valid, type Check } from '#engine/checks/check.ts'
import type { History, Sample } from '#engine/run/history.ts'
import { orderTimelines } from '#engine/analysis/order-timeline.ts'
import { steadyPlan, type PlannedStart } from '#engine/load/plan.ts'
import type { Measure, Series } from '#engine/run/summary.ts'

const PARTITIONS = [0, 1, 2, 3]
const lagName = (partition: number) => `inventory_consumer/orders/${partition}`
const STEP_NS = 250e6

const lagOf = ({ depths }: Sample): number => PARTITIONS.reduce((sum, p) => sum + (depths[lagName(p)] ?? 0), 0)
const peakOf = (samples: Sample[], lag: (sample: Sample) => number): number => Math.max(0, ...samples.map(lag))

/** The warm-up runs at a quarter of the rate: a throttle to half of the rate lets it through without a lag. */
export const afterSlowStart =
  (warmUpOrders: number) =>
  (count: number, ordersPerSecond: number): PlannedStart[] => {
    const slow = steadyPlan(warmUpOrders, ordersPerSecond / 4)
    const restFromMs = (warmUpOrders * 4_000) / ordersPerSecond
    const rest = steadyPlan(count - warmUpOrders, ordersPerSecond, restFromMs)
    return [...slow, ...rest.map(({ order, offsetMs }) => ({ order: order + warmUpOrders, offsetMs }))]
  }

/** The planned start of the first order that is measured. */
function beginNs({ attempts, warmUpOrders, originNs }: History): number {
  return attempts.find(({ index }) => index === warmUpOrders)?.plannedNs ?? originNs
}

/** Seconds from the start of the measured load until the lag was 0 and stayed 0; null when it is not 0 at the end. */
function zeroAfterSeconds(history: History): number | null {
  const { samples } = history
  const last = samples.findLastIndex(sample => lagOf(sample) > 0)
  const zero = samples[last + 1]
  return zero ? Math.max(0, (zero.atNs - beginNs(history)) / 1e9) : null
}

/** Per second, between the first timestamp and the last. */
function rateOf(stampsNs: number[]): number | null {
  const spanNs = Math.max(...stampsNs) - Math.min(...stampsNs)
  return stampsNs.length < 2 || spanNs <= 0 ? null : ((stampsNs.length - 1) * 1e9) / spanNs
}

/** Age of the oldest order that is placed and undecided, one value every 250 ms: [seconds, ms]. */
function oldestUndecided(history: History): [number, number][] {
  const timelines = orderTimelines(history, { all: true }).flatMap(({ placedNs, decidedNs }) =>
    placedNs === undefined ? [] : [{ placedNs, decidedNs: decidedNs ?? Infinity }],
  )
  const ends = timelines.map(({ decidedNs }) => decidedNs).filter(Number.isFinite)
  const points: [number, number][] = []
  const lastNs = Math.max(history.originNs, ...ends) + STEP_NS
  for (let atNs = history.originNs; atNs <= lastNs; atNs += STEP_NS) {
    const open = timelines.filter(timeline => timeline.placedNs <= atNs && timeline.decidedNs > atNs)
    const oldestNs = Math.min(atNs, ...open.map(({ placedNs }) => placedNs))
    points.push([(atNs - history.originNs) / 1e9, (atNs - oldestNs) / 1e6])
  }
  return points
}

export function lagMeasures(history: History): Omit<Measure, 'variant'>[] {
  const { samples } = history
  const timelines = orderTimelines(history)
  const known = (stamps: (number | undefined)[]) => stamps.filter(stamp => stamp !== undefined)
  const rates = {
    'arrival rate': rateOf(known(timelines.map(({ placedNs }) => placedNs))),
    'decision rate': rateOf(known(timelines.map(({ decidedNs }) => decidedNs))),
  }
  return [
    { name: 'peak lag', unit: 'records', value: peakOf(samples, lagOf) },
    ...PARTITIONS.map(p => {
      const value = peakOf(samples, ({ depths }) => depths[lagName(p)] ?? 0)
      return { name: `peak lag ${p}`, unit: 'records', value }
    }),
    { name: 'lag zero after', unit: 's', value: zeroAfterSeconds(history) },
    { name: 'oldest undecided', unit: 'ms', value: Math.max(0, ...oldestUndecided(history).map(([, ms]) => ms)) },
    ...Object.entries(rates).map(([name, value]) => ({ name, unit: 'orders/s', value })),
  ]
}

export const lagSeries = (history: History): Omit<Series, 'variant'>[] => [
  { name: 'oldest undecided', unit: 'ms', points: oldestUndecided(history) },
]

/** The lag rises to at least `atLeast` records, and returns to 0. */
export const risesAndFalls = (atLeast: number): Check =>
  defineCheck('lag rises and falls', `the lag rises to ${atLeast} records or more and returns to 0`, history => {
    const peak = peakOf(history.samples, lagOf)
    if (peak < atLeast) return vacuous(`The lag rose to ${peak} records; the check needs ${atLeast}.`)
    const seconds = zeroAfterSeconds(history)
    if (seconds === null) return invalid(`The lag rose to ${peak} records and did not return to 0.`)
    return valid(`The lag rose to ${peak} records and was 0 again ${seconds.toFixed(1)} s after the load began.`)
  })

/** The lag is 0 at the end. */
export const comesToZero: Check = defineCheck('lag comes to zero', 'the lag is 0 at the end', history => {
  if (history.samples.length === 0) return vacuous('The lag was never sampled.')
  const seconds = zeroAfterSeconds(history)
  if (seconds === null) return invalid('The lag is not 0 at the end.')
  return valid(`The lag was 0, and stayed 0, from ${seconds.toFixed(1)} s after the load began.`)
})
