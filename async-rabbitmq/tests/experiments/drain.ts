// The measures and the check of the backlog experiment, computed from a history alone.
import { defineCheck, invalid, vacuous, valid, type Check } from '#engine/checks/check.ts'
import type { History } from '#engine/run/history.ts'
import { acceptedLatency } from '#engine/analysis/latency.ts'
import { AVAILABLE_MS, backlog, latency } from '#engine/analysis/measures.ts'
import type { Measure } from '#engine/run/summary.ts'

/** Caught up: at most as many undecided orders as are in flight at any time. */
const CAUGHT_UP = 5

type Outage = { killedNs: number; startedNs: number; healthyNs: number }

function outageOf({ executedSteps }: History): Outage {
  const killed = executedSteps.find(({ action }) => action === 'kill')
  const started = executedSteps.find(({ action }) => action === 'start')
  if (!killed || !started) throw new Error('the timeline did not kill and start inventory')
  return { killedNs: killed.atNs, startedNs: started.atNs, healthyNs: started.doneNs }
}

/** When the backlog was first empty after inventory was started again. */
function caughtUpNs(history: History, startedNs: number): number | undefined {
  const startedSeconds = (startedNs - history.originNs) / 1e9
  const point = backlog(history).find(([seconds, depth]) => seconds > startedSeconds && depth <= CAUGHT_UP)
  return point && history.originNs + point[0] * 1e9
}

export function drainMeasures(history: History): Omit<Measure, 'variant'>[] {
  const { killedNs, startedNs, healthyNs } = outageOf(history)
  const { attempts, deadlineMs, samples, evidence } = history
  const during = attempts.filter(({ startedNs: atNs }) => atNs >= killedNs && atNs < startedNs)
  const inTime = during.filter(
    ({ answer, answeredNs, plannedNs }) =>
      answer.kind === 'status' && answer.status === 202 && (answeredNs ?? Infinity) - plannedNs <= AVAILABLE_MS * 1e6,
  )
  const emptyNs = caughtUpNs(history, startedNs)
  const firstNs = Math.min(...evidence.decisions.map(row => row.decidedNs).filter(atNs => atNs > startedNs))
  const drained = evidence.decisions.filter(row => row.decidedNs >= firstNs && row.decidedNs <= (emptyNs ?? 0))
  const drainNs = emptyNs === undefined ? undefined : emptyNs - firstNs
  return [
    {
      name: 'peak queue depth',
      unit: 'messages',
      value: Math.max(0, ...samples.map(({ depths }) => depths['inventory.orders'] ?? 0)),
    },
    { name: 'drain rate', unit: 'orders/s', value: drainNs ? (drained.length * 1e9) / drainNs : null },
    { name: 'time to start', unit: 'ms', value: (healthyNs - startedNs) / 1e6 },
    { name: 'time to empty', unit: 'ms', value: emptyNs === undefined ? null : (emptyNs - startedNs) / 1e6 },
    { name: 'outage: requested', unit: 'orders', value: during.length },
    { name: 'outage: availability', unit: '%', value: during.length ? (100 * inTime.length) / during.length : null },
    ...latency('outage: accepted', acceptedLatency(during, deadlineMs).corrected),
  ]
}

/** The backlog rose to at least so many orders, and none of them was undecided at the end. */
export const backlogRisesAndEmpties = (atLeast: number): Check =>
  defineCheck(
    'backlog rises and empties',
    `the backlog rises to at least ${atLeast} orders and returns to 0`,
    history => {
      const depths = backlog(history).map(([, depth]) => depth)
      const peak = Math.max(0, ...depths)
      if (peak < atLeast) return vacuous(`The backlog rose to ${peak} orders; at least ${atLeast} were needed.`)
      const remaining = depths.at(-1) ?? 0
      if (remaining > 0) return invalid(`${remaining} orders of a backlog of ${peak} were never decided.`)
      return valid(`The backlog rose to ${peak} orders, and all of them were decided.`)
    },
  )
