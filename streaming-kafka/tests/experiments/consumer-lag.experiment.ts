// Orders arrive faster than Inventory decides them: how does the lag grow and shrink, and is any order lost?
import { type Check, defineCheck, invalid, vacuous, valid } from '#engine/checks/check.ts'
import { checksFor } from '#engine/checks/checks.ts'
import { faultSeen } from '#engine/checks/preconditions.ts'
import { defineExperiment, setBy, thousands, type Variant, type VariantResult } from '#engine/experiment/define.ts'
import { isDrained } from '#engine/experiment/steps.ts'
import { count, findMeasure, isVoidNote, ms, sentence, unlessLate } from '#engine/analysis/measures.ts'
import { leastOf, mostOf } from '#engine/analysis/extremes.ts'
import { orderTimelines } from '#engine/analysis/order-timeline.ts'
import { type PlannedStart, steadyPlan } from '#engine/load/plan.ts'
import type { History, Sample } from '#engine/run/history.ts'
import type { Measure, Series, SetByFault, Settings } from '#engine/run/summary.ts'
import { streamingKafka } from '../../lab/model.ts'

const PARTITIONS = [0, 1, 2, 3]
/** Between two points of the curve of the oldest undecided order. */
const STEP_NS = 250e6

const lagName = (partition: number) => `inventory_consumer/orders/${partition}`

type Planted = Settings & Record<'orders' | 'ordersPerSecond' | 'decisionsPerSecond' | 'warmUpOrders', number>

export default defineExperiment<Planted>({
  model: streamingKafka,
  title: 'Consumer lag',
  question: 'Orders arrive twice as fast as Inventory may decide them: how far does the lag grow, and when is it gone?',
  does: 'Orders arrive at a steady rate. inventory_consumer is throttled to half of that rate; in the control it is not throttled.',
  profiles: {
    full: { orders: 10_000, ordersPerSecond: 1_000, decisionsPerSecond: 500, warmUpOrders: 600 },
    quick: { orders: 1_000, ordersPerSecond: 250, decisionsPerSecond: 125, warmUpOrders: 100 },
    smoke: { orders: 100, ordersPerSecond: 50, decisionsPerSecond: 25, warmUpOrders: 10, produceDeadlineMs: 10_000 },
  },
  variants({ orders, ordersPerSecond, decisionsPerSecond, warmUpOrders, produceDeadlineMs }) {
    // Of a smoke run, in which the broker shares the machine with other models.
    const patient: Variant['environment'] =
      produceDeadlineMs === undefined ? {} : { producer_order: { PRODUCE_DEADLINE_MS: String(produceDeadlineMs) } }
    const base: Omit<Variant, 'name' | 'about' | 'checks'> = {
      load: { orders, ordersPerSecond, warmUpOrders, deadlineMs: 10_000, plan: afterSlowStart(warmUpOrders) },
      // No steps; but only a variant with a timeline has its depths sampled.
      timeline: [],
      completeWhen: isDrained,
      quiescenceMs: 60_000,
      environment: patient,
      measures: lagMeasures,
      series: lagSeries,
    }
    const sound = checksFor()
    return [
      {
        ...base,
        name: 'throttled',
        about: `inventory_consumer decides at most ${decisionsPerSecond} orders a second`,
        setByFault: throttled({ orders, ordersPerSecond, decisionsPerSecond }),
        environment: { ...patient, inventory_consumer: { INVENTORY_THROTTLE_PER_SECOND: String(decisionsPerSecond) } },
        checks: [
          ...sound,
          faultSeen({ service: 'inventory_consumer', fault: 'throttle', atLeast: orders / 2 }),
          // At the end of the load half of the orders wait. A quarter leaves room for what the samples miss.
          risesAndFalls(orders / 4),
        ],
      },
      { ...base, name: 'control', about: 'the same load without a throttle', checks: [...sound, comesToZero] },
    ]
  },
  columns: [
    'requested',
    'availability',
    'arrival rate',
    'decision rate',
    'peak lag',
    'peak lag 0',
    'peak lag 1',
    'peak lag 2',
    'peak lag 3',
    'lag zero after',
    'oldest undecided',
    'accepted p50',
    'accepted p99',
    'completed p50',
    'completed max',
  ],
  explain([throttled, control]) {
    const of = findMeasure
    const { value: zero, note } = of(throttled, 'lag zero after')
    const never = isVoidNote(note) ? undefined : 'it did not come back to zero'
    const drained = zero === null ? never : `it was back to zero ${zero.toFixed(1)} s after the load began`
    return [
      ...sentence`Throttled to ${count(of(throttled, 'decision rate'))} decisions a second, the lag rose to ${count(of(throttled, 'peak lag'))} records, the oldest undecided order was ${ms(of(throttled, 'oldest undecided'))} old, and ${drained}.`,
      ...sentence`Without the throttle the highest sample of the lag was ${count(of(control, 'peak lag'))} records. The lag is sampled twice a second, so it may have been higher in between.`,
      `Clients do not wait for Inventory: an order is accepted when it is in the log. ${answersOf(throttled, control)}`,
    ]
  },
})

function answersOf(throttled: VariantResult | undefined, control: VariantResult | undefined): string {
  const [slow, normal] = [throttled, control].map(result => findMeasure(result, 'accepted p50'))
  const [told] =
    slow && normal
      ? sentence`Half of the answers came within ${ms(slow)} under the throttle, and within ${ms(normal)} in the control.`
      : []
  const why = slow?.note ?? normal?.note
  return told ?? `How long clients waited for that answer was not measured${why ? ` (${why})` : ''}.`
}

/** What follows from the throttle: the control shows what does not. */
function throttled(planted: Record<'orders' | 'ordersPerSecond' | 'decisionsPerSecond', number>): SetByFault {
  const { orders, ordersPerSecond, decisionsPerSecond } = planted
  const loadSeconds = orders / ordersPerSecond
  const waiting = (ordersPerSecond - decisionsPerSecond) * loadSeconds
  return {
    ...setBy(`the throttle to ${thousands(decisionsPerSecond)}/s`, 'decision rate'),
    ...setBy(
      `(${thousands(ordersPerSecond)} − ${thousands(decisionsPerSecond)})/s × ${thousands(loadSeconds)} s`,
      'peak lag',
    ),
    ...setBy(`${thousands(orders)} orders ÷ ${thousands(decisionsPerSecond)}/s`, 'lag zero after'),
    ...setBy(
      `${thousands(waiting)} that wait ÷ ${thousands(decisionsPerSecond)}/s`,
      'oldest undecided',
      'completed max',
    ),
    ...setBy(`half of ${thousands(waiting)} that wait ÷ ${thousands(decisionsPerSecond)}/s`, 'completed p50'),
  }
}

const lagOf = ({ depths }: Sample): number => PARTITIONS.reduce((sum, p) => sum + (depths[lagName(p)] ?? 0), 0)
const peakOf = (samples: Sample[], lag: (sample: Sample) => number): number => Math.max(0, mostOf(samples.map(lag)))

/** The warm-up runs at a quarter of the rate: a throttle to half of the rate lets it through without a lag. */
const afterSlowStart =
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
  const spanNs = mostOf(stampsNs) - leastOf(stampsNs)
  return stampsNs.length < 2 || spanNs <= 0 ? null : ((stampsNs.length - 1) * 1e9) / spanNs
}

/** Age of the oldest order that is placed and undecided, one value every 250 ms: [seconds, ms]. */
function oldestUndecided(history: History): [number, number][] {
  const byAge = orderTimelines(history, { all: true })
    .flatMap(({ placedNs, decidedNs = Infinity }) => (placedNs === undefined ? [] : [{ placedNs, decidedNs }]))
    .sort((one, other) => one.placedNs - other.placedNs)
  const ends = byAge.map(({ decidedNs }) => decidedNs).filter(Number.isFinite)
  const points: [number, number][] = []
  const lastNs = Math.max(history.originNs, mostOf(ends)) + STEP_NS
  let oldest = 0
  for (let atNs = history.originNs; atNs <= lastNs; atNs += STEP_NS) {
    while ((byAge[oldest]?.decidedNs ?? Infinity) <= atNs) oldest++
    const oldestNs = Math.min(atNs, byAge[oldest]?.placedNs ?? atNs)
    points.push([(atNs - history.originNs) / 1e9, (atNs - oldestNs) / 1e6])
  }
  return points
}

function lagMeasures(history: History): Omit<Measure, 'variant'>[] {
  const { samples } = history
  const timelines = orderTimelines(history)
  const known = (stamps: (number | undefined)[]) => stamps.filter(stamp => stamp !== undefined)
  const rates = {
    'arrival rate': rateOf(known(timelines.map(({ placedNs }) => placedNs))),
    'decision rate': rateOf(known(timelines.map(({ decidedNs }) => decidedNs))),
  }
  return unlessLate(history, [
    { name: 'peak lag', unit: 'records', value: peakOf(samples, lagOf) },
    ...PARTITIONS.map(p => {
      const value = peakOf(samples, ({ depths }) => depths[lagName(p)] ?? 0)
      return { name: `peak lag ${p}`, unit: 'records', value }
    }),
    { name: 'lag zero after', unit: 's', value: zeroAfterSeconds(history) },
    { name: 'oldest undecided', unit: 'ms', value: Math.max(0, mostOf(oldestUndecided(history).map(([, ms]) => ms))) },
    ...Object.entries(rates).map(([name, value]) => ({ name, unit: 'orders/s', value })),
  ])
}

const lagSeries = (history: History): Omit<Series, 'variant'>[] => [
  { name: 'oldest undecided', unit: 'ms', points: oldestUndecided(history) },
]

/** The lag rises to at least `atLeast` records, and returns to 0. */
const risesAndFalls = (atLeast: number): Check =>
  defineCheck('lag rises and falls', `the lag rises to ${atLeast} records or more and returns to 0`, history => {
    const peak = peakOf(history.samples, lagOf)
    if (peak < atLeast) return vacuous(`The lag rose to ${peak} records; the check needs ${atLeast}.`)
    const seconds = zeroAfterSeconds(history)
    if (seconds === null) return invalid(`The lag rose to ${peak} records and did not return to 0.`)
    return valid(`The lag rose to ${peak} records and was 0 again ${seconds.toFixed(1)} s after the load began.`)
  })

/** The lag is 0 at the end. */
const comesToZero: Check = defineCheck('lag comes to zero', 'the lag is 0 at the end', history => {
  if (history.samples.length === 0) return vacuous('The lag was never sampled.')
  const seconds = zeroAfterSeconds(history)
  if (seconds === null) return invalid('The lag is not 0 at the end.')
  return valid(`The lag was 0, and stayed 0, from ${seconds.toFixed(1)} s after the load began.`)
})
