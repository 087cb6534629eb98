// Measures of a fault that ends: what the client saw while it lasted, and how soon it saw a success again.
import { ENDS } from '#engine/experiment/steps.ts'
import type { History } from '#engine/run/history.ts'
import { leastOf } from '#engine/analysis/extremes.ts'
import { percentiles } from '#engine/analysis/latency.ts'
import { type OrderTimeline, orderTimelines } from '#engine/analysis/order-timeline.ts'
import { lateBecause, latency, unlessLate, voidBecause } from '#engine/analysis/measures.ts'

/** `healedNs`: when the lab began to heal, so that the time to start again counts. */
function spanOf({ executedSteps }: History): { brokenNs: number; healedNs: number } {
  const broken = executedSteps.find(({ action }) => ENDS[action] !== undefined)
  const healed = executedSteps.find(({ action }) => broken && action === ENDS[broken.action])
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
  const first = leastOf(successes.filter(answeredNs => answeredNs > healedNs))
  const attempts = during.flatMap(({ attempt }) => attempt ?? [])
  const why = voidBecause(history, answered) ?? lateBecause(history, attempts)
  const value = Number.isFinite(first) ? (first - healedNs) / 1e6 : null
  const withOutcome = (wanted: string) => during.filter(({ outcome }) => outcome === wanted).length
  return [
    orders('requested', during.length),
    orders('reserved in the end', withOutcome('reserved')),
    orders('failed in the end', withOutcome('failed')),
    ...statuses(during),
    ...latency('during: answer', percentiles(answered), why),
    ...unlessLate(history, [{ name: 'time to first success', unit: 'ms', value }]),
  ]
}

const orders = (name: string, value: number) => ({ name: `during: ${name}`, unit: 'orders', value })

/** How many of the orders were answered with each status. */
function statuses(during: readonly OrderTimeline[]) {
  const answers = during.map(({ attempt }) =>
    attempt?.answer.kind === 'status' ? String(attempt.answer.status) : 'no answer',
  )
  return [...new Set(answers)].sort().map(status => orders(status, answers.filter(each => each === status).length))
}
