// The measures and the check of the backlog experiment, computed from a history alone.
import { defineCheck, vacuous, valid, type Check } from '#engine/checks/check.ts'
import type { History } from '#engine/run/history.ts'
import { acceptedLatency } from '#engine/analysis/latency.ts'
import { backlog, latency } from '#engine/analysis/measures.ts'
import type { Measure } from '#engine/run/summary.ts'

/** A later answer does not count as available; in milliseconds from the planned start. */
const AVAILABLE_MS = 1_000
/** Caught up: at most as many undecided orders as are in flight at any time. */
const CAUGHT_UP = 5

type Outage = { killedNs: number; startedNs: number; healthyNs: number }

function outageOf({ executedSteps }: History): Outage {
  const killed = executedSteps.find(act => act.action === 'kill')
  const started = executedSteps.find(act => act.action === 'start')
  if (!killed || !started) throw new Error('the timeline did not kill and start inventory')
  return { killedNs: killed.atNs, startedNs: started.atNs, healthyNs: started.doneNs }
}

/** When the backlog was first empty after inventory was started again, in seconds since the load began. */
function caughtUpSeconds(history: History): number | undefined {
  const restartSeconds = (outageOf(history).startedNs - history.originNs) / 1e9
  return backlog(history).find(([seconds, depth]) => seconds > restartSeconds && depth <= CAUGHT_UP)?.[0]
}

export function drainMeasures(history: History): Omit<Measure, 'variant'>[] {
  const { killedNs, startedNs, healthyNs } = outageOf(history)
  const { originNs, attempts, deadlineMs, samples, evidence } = history
  const during = attempts.filter(({ startedNs: atNs }) => atNs >= killedNs && atNs < startedNs)
  const inTime = during.filter(
    ({ answer, answeredNs, plannedNs }) =>
      answer.kind === 'status' && answer.status === 202 && (answeredNs ?? Infinity) - plannedNs <= AVAILABLE_MS * 1e6,
  )
  const caughtUp = caughtUpSeconds(history)
  const caughtUpNs = caughtUp === undefined ? undefined : originNs + caughtUp * 1e9
  const first = Math.min(...evidence.decisions.map(row => row.decidedNs).filter(atNs => atNs > startedNs))
  const drained = evidence.decisions.filter(row => row.decidedNs >= first && row.decidedNs <= (caughtUpNs ?? 0))
  const drainNs = caughtUpNs === undefined ? undefined : caughtUpNs - first
  return [
    {
      name: 'peak queue depth',
      unit: 'messages',
      value: Math.max(0, ...samples.map(({ depths }) => depths['inventory.orders'] ?? 0)),
    },
    { name: 'drain rate', unit: 'orders/s', value: drainNs ? (drained.length * 1e9) / drainNs : null },
    { name: 'time to start', unit: 'ms', value: (healthyNs - startedNs) / 1e6 },
    { name: 'time to empty', unit: 'ms', value: caughtUpNs === undefined ? null : (caughtUpNs - startedNs) / 1e6 },
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
      if (remaining > 0)
        return { verdict: 'invalid', detail: `${remaining} orders of a backlog of ${peak} were never decided.` }
      return valid(`The backlog rose to ${peak} orders, and all of them were decided.`)
    },
  )
