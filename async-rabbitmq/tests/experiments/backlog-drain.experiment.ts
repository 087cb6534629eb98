// Inventory is dead while orders keep arriving: how deep does the backlog get, how fast does it drain, is an order lost?
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
    'Inventory is dead while orders keep arriving: how deep does the backlog get, how fast does it drain, is an order lost?',
  does: 'Orders arrive at a steady rate. inventory_service is killed (SIGKILL) and started again later.',
  profiles: {
    full: { ordersPerSecond: 100, beforeMs: 5_000, outageMs: 60_000, afterMs: 5_000 },
    quick: { ordersPerSecond: 100, beforeMs: 1_000, outageMs: 5_000, afterMs: 2_000 },
  },
  variants({ ordersPerSecond, beforeMs, outageMs, afterMs }) {
    const orders = (milliseconds: number) => (ordersPerSecond * milliseconds) / 1_000
    return [
      {
        name: 'outage',
        about: `inventory_service is dead for ${outageMs / 1_000} s at ${ordersPerSecond} orders per second`,
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
          // Every order that arrived during the outage must have waited; a tenth is allowed for the time that a kill takes.
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
      `While inventory was dead, ${count(of('outage: availability'))} % of the orders were accepted within a second (median ${ms(of('outage: accepted p50'))}): an accepted order waits in a queue, and its client does not wait for inventory.`,
      `The backlog grew to ${count(of('peak backlog'))} orders. After its restart inventory decided ${count(of('drain rate'))} orders per second and caught up in ${ms(of('time to empty'))}; the slowest order took ${ms(of('completed max'))} to complete.`,
    ]
  },
})
