// What does the synchronous chain cost when all is well?
import { checksFor } from '#engine/checks/checks.ts'
import { defineExperiment } from '#engine/experiment/define.ts'
import { findMeasure, ms, sentence } from '#engine/analysis/measures.ts'
import { syncRest } from '../../lab/model.ts'
import { hopMeasures, HOPS } from './hops.ts'

export default defineExperiment({
  model: syncRest,
  title: 'Baseline latency',
  question: 'What does the chain cost when all is well?',
  does: 'Orders come at a steady rate after a warm-up, and each answer carries its outcome.',
  profiles: {
    full: { orders: 2_000, ordersPerSecond: 200, warmUpOrders: 400 },
    quick: { orders: 1_100, ordersPerSecond: 200, warmUpOrders: 200 },
    smoke: { orders: 100, ordersPerSecond: 50, warmUpOrders: 25 },
  },
  variants: settings => [
    {
      name: 'steady',
      about: `${settings.ordersPerSecond} orders a second, no fault`,
      load: { ...settings, deadlineMs: 5_000 },
      // No deadline shall cut off what is measured.
      environment: { order_service: { RESERVE_DEADLINE_MS: '5000', SEND_DEADLINE_MS: '5000' } },
      quiescenceMs: 10_000,
      againWhenLate: 2,
      checks: checksFor(),
      measures: hopMeasures,
    },
  ],
  columns: [
    'requested',
    'availability',
    'accepted min',
    'accepted p50',
    'accepted p90',
    'accepted p99',
    'accepted max',
    'accepted uncorrected p50',
    'accepted uncorrected p99',
    ...HOPS.map(hop => `hop ${hop} p50`),
  ],
  explain([steady]) {
    const of = (name: string) => findMeasure(steady, name)
    return [
      ...sentence`Half of the orders had their outcome within ${ms(of('accepted p50'))}, 99 in 100 within ${ms(of('accepted p99'))}: the client waits for every hop.`,
      ...sentence`Of the median answer, inventory took ${ms(of('hop inventory p50'))} and notification ${ms(of('hop notification p50'))}; the rest is the order service, its synced store and the client's connection.`,
    ]
  },
})
