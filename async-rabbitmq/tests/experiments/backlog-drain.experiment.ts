// Inventory is dead while orders keep arriving: how deep does the backlog get, how fast does it drain, is an order lost?
import { type Check, defineCheck, invalid, vacuous, valid } from '#engine/checks/check.ts'
import { checksFor } from '#engine/checks/checks.ts'
import { stepSeen } from '#engine/checks/preconditions.ts'
import { defineExperiment, setBy } from '#engine/experiment/define.ts'
import { at, kill, start } from '#engine/experiment/steps.ts'
import { answerLatency } from '#engine/analysis/latency.ts'
import {
  AVAILABLE_MS,
  backlog,
  count,
  findMeasure,
  lateBecause,
  latency,
  ms,
  sentence,
  unlessLate,
  voidBecause,
} from '#engine/analysis/measures.ts'
import { faultOf, RECOVERY, recoveryMeasures, requestedDuring } from '#engine/analysis/recovery.ts'
import { mostOf } from '#engine/analysis/extremes.ts'
import type { Span } from '#engine/load/plan.ts'
import type { History } from '#engine/run/history.ts'
import type { Measure } from '#engine/run/summary.ts'
import { asyncRabbitmq } from '../../lab/model.ts'

const INVENTORY = 'inventory_service'
/** Caught up: at most as many undecided orders as are in flight at any time. */
const CAUGHT_UP = 5

export default defineExperiment({
  model: asyncRabbitmq,
  title: 'Backlog and drain',
  question:
    'Inventory is dead while orders keep arriving: how deep does the backlog get, how fast does it drain, is an order lost?',
  does: 'Orders arrive at a steady rate. inventory_service is killed (SIGKILL) and started again later.',
  profiles: {
    full: { ordersPerSecond: 100, beforeMs: 5_000, outageMs: 60_000, afterMs: 5_000 },
    quick: { ordersPerSecond: 100, beforeMs: 1_000, outageMs: 5_000, afterMs: 2_000 },
    smoke: { ordersPerSecond: 50, beforeMs: 600, outageMs: 2_000, afterMs: 1_100 },
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
          ...checksFor(),
          stepSeen({ action: 'kill', target: INVENTORY }),
          // Every order that arrived during the outage must have waited; a tenth is allowed for the time that a kill takes.
          backlogRisesAndEmpties(orders(outageMs) * 0.9),
        ],
        setByFault: {
          ...setBy(`${ordersPerSecond} orders/s × ${outageMs / 1_000} s`, 'peak open orders', 'peak queue depth'),
          ...setBy(
            `the outage of ${outageMs / 1_000} s of ${(beforeMs / 2 + outageMs + afterMs) / 1_000} s that are measured`,
            'completed p50',
            'completed max',
          ),
        },
        measures: history => [
          ...recoveryMeasures(history, { fromMs: beforeMs, toMs: beforeMs + outageMs }).filter(({ name }) =>
            OF_COMPARISON.includes(name),
          ),
          ...drainMeasures(history, { fromMs: beforeMs, toMs: beforeMs + outageMs }),
        ],
      },
    ]
  },
  columns: [
    'requested',
    'peak open orders',
    'peak queue depth',
    'drain rate',
    ...RECOVERY,
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
      ...sentence`While inventory was dead, ${count(of('outage: availability'))} % of the orders were accepted within a second (median ${ms(of('outage: accepted p50'))}): an accepted order waits in a queue, and its client does not wait for inventory.`,
      ...sentence`At most ${count(of('peak open orders'))} orders were open. After the restart ${count(of('drain rate'))} orders per second were completed, and inventory had caught up ${ms(of('time to empty'))} after the command to start it, of which its start took ${ms(of('restart time'))}; the slowest order took ${ms(of('completed max'))} to complete.`,
    ]
  },
})

/** The same as in the comparison. */
const OF_COMPARISON = ['peak open orders', 'drain rate', ...RECOVERY]

/** When the backlog was first empty after inventory was started again. */
function caughtUpNs(history: History, startedNs: number): number | undefined {
  const startedSeconds = (startedNs - history.originNs) / 1e9
  const point = [...backlog(history)].find(([seconds, depth]) => seconds > startedSeconds && depth <= CAUGHT_UP)
  return point && history.originNs + point[0] * 1e9
}

function drainMeasures(history: History, planned: Span): Omit<Measure, 'variant'>[] {
  const { deadlineMs, originNs, samples } = history
  const fault = faultOf(history, planned)
  const startedNs = originNs + fault.endedMs * 1e6
  const during = requestedDuring(history, fault).flatMap(({ attempt }) => attempt ?? [])
  const inTime = during.filter(
    ({ answer, answeredNs, plannedNs }) =>
      answer.kind === 'status' && answer.status === 202 && (answeredNs ?? Infinity) - plannedNs <= AVAILABLE_MS * 1e6,
  )
  const emptyNs = caughtUpNs(history, startedNs)
  const peakDepth = Math.max(0, mostOf(samples.map(({ depths }) => depths['inventory.orders'] ?? 0)))
  const availability = during.length ? (100 * inTime.length) / during.length : null
  const { corrected } = answerLatency(during, deadlineMs)
  const why = voidBecause(history) ?? lateBecause(history, during)
  return [
    ...unlessLate(history, [
      { name: 'peak queue depth', unit: 'messages', value: peakDepth },
      { name: 'time to empty', unit: 'ms', value: emptyNs === undefined ? null : (emptyNs - startedNs) / 1e6 },
    ]),
    { name: 'outage: requested', unit: 'orders', value: during.length },
    ...unlessLate(history, [{ name: 'outage: availability', unit: '%', value: availability }], during),
    ...latency('outage: accepted', corrected, why),
  ]
}

/** The backlog rose to at least so many orders, and none of them was undecided at the end. */
const backlogRisesAndEmpties = (atLeast: number): Check =>
  defineCheck(
    'backlog rises and empties',
    `the backlog rises to at least ${atLeast} orders and returns to 0`,
    history => {
      const depths = [...backlog(history)].map(([, depth]) => depth)
      const peak = Math.max(0, mostOf(depths))
      if (peak < atLeast) return vacuous(`The backlog rose to ${peak} orders; at least ${atLeast} were needed.`)
      const remaining = depths.at(-1) ?? 0
      if (remaining > 0) return invalid(`${remaining} orders of a backlog of ${peak} were never decided.`)
      return valid(`The backlog rose to ${peak} orders, and all of them were decided.`)
    },
  )
