// Inventory is dead while orders keep coming: how deep does the backlog get, how fast does it drain, is anything lost?
import { always } from '#engine/checks/checks.ts'
import { expectedOutcomes } from '#engine/checks/expected-outcomes.ts'
import { oversold } from '#engine/checks/stock.ts'
import { stepSeen } from '#engine/checks/preconditions.ts'
import { defineExperiment } from '#engine/experiment/define.ts'
import { at, kill, start } from '#engine/experiment/steps.ts'
import { count, findMeasure, ms } from '#engine/analysis/measures.ts'
import { asyncRabbitmq } from '../../lab/model.ts'
import { backlogRisesAndEmpties, drainMeasures } from './drain.ts'

const INVENTORY = 'inventory_service'

export default defineExperiment({
  model: asyncRabbitmq,
  title: 'Backlog and drain',
  question:
    'Inventory is dead while orders keep coming: how deep is the backlog, how fast does it drain, is anything lost?',
  does: 'Orders come at a steady rate; inventory_service is killed (SIGKILL) and started again a while later.',
  profiles: {
    full: { ordersPerSecond: 100, beforeMs: 5_000, outageMs: 60_000, afterMs: 5_000 },
    quick: { ordersPerSecond: 100, beforeMs: 1_000, outageMs: 5_000, afterMs: 2_000 },
  },
  variants({ ordersPerSecond, beforeMs, outageMs, afterMs }) {
    const orders = (milliseconds: number) => (ordersPerSecond * milliseconds) / 1_000
    return [
      {
        name: 'outage',
        about: `inventory_service is dead for ${outageMs / 1_000} s under ${ordersPerSecond} orders a second`,
        load: {
          ordersPerSecond,
          warmUpOrders: orders(beforeMs) / 2,
          orders: orders(beforeMs / 2 + outageMs + afterMs),
          deadlineMs: 5_000,
        },
        timeline: [at(beforeMs, kill(INVENTORY)), at(beforeMs + outageMs, start(INVENTORY))],
        quiescenceMs: 60_000,
        checks: [
          ...always,
          oversold,
          expectedOutcomes(),
          stepSeen({ action: 'kill', target: INVENTORY }),
          // All that came while it was dead must have waited; a tenth is left for the time that killing takes.
          backlogRisesAndEmpties(orders(outageMs) * 0.9),
        ],
        measures: drainMeasures,
      },
    ]
  },
  columns: [
    'requested',
    'peak backlog',
    'peak queue depth',
    'drain rate',
    'time to empty',
    'outage: requested',
    'outage: availability',
    'outage: accepted p50',
    'outage: accepted p99',
    'completed p50',
    'completed max',
  ],
  explain([outage]) {
    const of = (name: string) => findMeasure(outage, name)
    return [
      `While inventory was dead ${count(of('outage: availability'))} % of the orders were accepted within a second, half of them within ${ms(of('outage: accepted p50'))}: who orders does not notice, because the order waits in a queue and not in a call.`,
      `The backlog grew to ${count(of('peak backlog'))} orders; once inventory was back it decided ${count(of('drain rate'))} a second and had caught up after ${ms(of('time to empty'))}, and the longest order took ${ms(of('completed max'))} in all.`,
    ]
  },
})
