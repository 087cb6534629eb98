// Measures of a fault that ends: what the client saw while it lasted, and how soon it saw a success again.
import type { History } from '#engine/run/history.ts'
import { percentiles } from '#engine/analysis/latency.ts'
import { type OrderTimeline, orderTimelines } from '#engine/analysis/order-timeline.ts'
import { latency } from '#engine/analysis/measures.ts'

const BREAKS = new Set(['fault', 'kill', 'pause'])
const HEALS = new Set(['heal', 'start', 'resume'])

/** `healedNs`: when the lab began to heal, so that the time to start again counts. */
function spanOf({ executedSteps }: History): { brokenNs: number; healedNs: number } {
  const broken = executedSteps.find(({ action }) => BREAKS.has(action))
  const healed = executedSteps.find(({ action }) => HEALS.has(action))
  if (!broken || !healed) throw new Error('the timeline neither broke nor healed anything')
  return { brokenNs: broken.doneNs, healedNs: healed.atNs }
}

const isSuccess = ({ attempt }: OrderTimeline): boolean =>
  attempt?.answer.kind === 'status' && attempt.answer.status === 201

export function healingMeasures(history: History) {
  const { brokenNs, healedNs } = spanOf(history)
  const timelines = orderTimelines(history)
  const during = timelines.filter(
    ({ attempt }) => attempt && attempt.startedNs >= brokenNs && attempt.startedNs < healedNs,
  )
  const answered = during.flatMap(({ attempt }) =>
    attempt?.answeredNs ? [{ ms: (attempt.answeredNs - attempt.plannedNs) / 1e6, atLeast: false }] : [],
  )
  const successes = timelines.filter(isSuccess).map(({ attempt }) => attempt?.answeredNs ?? Infinity)
  const first = Math.min(...successes.filter(answeredNs => answeredNs > healedNs))
  return [
    { name: 'during: requested', unit: 'orders', value: during.length },
    {
      name: 'during: reserved in the end',
      unit: 'orders',
      value: during.filter(({ outcome }) => outcome === 'reserved').length,
    },
    {
      name: 'during: failed in the end',
      unit: 'orders',
      value: during.filter(({ outcome }) => outcome === 'failed').length,
    },
    ...statuses(during),
    ...latency('during: answer', percentiles(answered)),
    { name: 'time to first success', unit: 'ms', value: Number.isFinite(first) ? (first - healedNs) / 1e6 : null },
  ]
}

function statuses(during: readonly OrderTimeline[]) {
  const seen = during.map(({ attempt }) =>
    attempt?.answer.kind === 'status' ? String(attempt.answer.status) : 'no answer',
  )
  return [...new Set(seen)].sort().map(status => ({
    name: `during: ${status}`,
    unit: 'orders',
    value: seen.filter(other => other === status).length,
  }))
}
