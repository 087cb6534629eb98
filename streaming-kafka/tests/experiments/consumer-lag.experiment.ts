// Orders arrive faster than Inventory decides them: how does the lag grow and shrink, and is any order lost?
import { always } from '#engine/checks/checks.ts'
import { expectedOutcomes } from '#engine/checks/expected-outcomes.ts'
import { oversold } from '#engine/checks/stock.ts'
import { faultSeen } from '#engine/checks/preconditions.ts'
import { defineExperiment, type Variant, type VariantResult } from '#engine/experiment/define.ts'
import type { Progress } from '#engine/experiment/steps.ts'
import { count, findMeasure, ms } from '#engine/analysis/measures.ts'
import { streamingKafka } from '../../lab/model.ts'
import { afterSlowStart, comesToZero, lagMeasures, lagSeries, risesAndFalls } from './lag.ts'

const noLag = ({ depths }: Progress): boolean => Object.values(depths).every(lag => lag === 0)

export default defineExperiment({
  model: streamingKafka,
  title: 'Consumer lag',
  question: 'Orders arrive twice as fast as Inventory may decide them: how far does the lag grow, and when is it gone?',
  does: 'Orders arrive at a steady rate. inventory_consumer is throttled to half of that rate; in the control it is not throttled.',
  profiles: {
    full: { orders: 10_000, ordersPerSecond: 1_000, decisionsPerSecond: 500, warmUpOrders: 600 },
    quick: { orders: 1_000, ordersPerSecond: 250, decisionsPerSecond: 125, warmUpOrders: 100 },
  },
  variants({ orders, ordersPerSecond, decisionsPerSecond, warmUpOrders }) {
    const base: Omit<Variant, 'name' | 'about' | 'checks'> = {
      load: { orders, ordersPerSecond, warmUpOrders, deadlineMs: 10_000, plan: afterSlowStart(warmUpOrders) },
      completeWhen: noLag,
      quiescenceMs: 60_000,
      measures: lagMeasures,
      series: lagSeries,
    }
    const sound = [...always, oversold, expectedOutcomes()]
    return [
      {
        ...base,
        name: 'throttled',
        about: `inventory_consumer decides at most ${decisionsPerSecond} orders a second`,
        environment: { inventory_consumer: { INVENTORY_THROTTLE_PER_SECOND: String(decisionsPerSecond) } },
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
    const { value: zero } = of(throttled, 'lag zero after')
    const drained =
      zero === null ? 'it did not come back to zero' : `it was back to zero ${zero.toFixed(1)} s after the load began`
    return [
      `Throttled to ${count(of(throttled, 'decision rate'))} decisions a second, the lag rose to ${count(of(throttled, 'peak lag'))} records, the oldest undecided order was ${ms(of(throttled, 'oldest undecided'))} old, and ${drained}. Without the throttle the highest sample of the lag was ${count(of(control, 'peak lag'))} records. The lag is sampled twice a second, so it may have been higher in between.`,
      `Clients do not wait for Inventory: an order is accepted when it is in the log. ${answersOf(throttled, control)}`,
    ]
  },
})

function answersOf(throttled: VariantResult | undefined, control: VariantResult | undefined): string {
  const [slow, normal] = [throttled, control].map(result => findMeasure(result, 'accepted p50'))
  if (!slow || !normal || slow.value === null || normal.value === null) {
    const why = slow?.note ?? normal?.note
    return `How long clients waited for that answer was not measured${why ? ` (${why})` : ''}.`
  }
  return `Half of the answers came within ${ms(slow)} under the throttle, and within ${ms(normal)} in the control.`
}
