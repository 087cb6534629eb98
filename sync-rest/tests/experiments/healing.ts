// Measures of a fault that ends: what the client saw while it lasted, and how soon all was well again.
import type { Span } from '#engine/load/plan.ts'
import type { History } from '#engine/run/history.ts'
import { percentiles, sincePlanned } from '#engine/analysis/latency.ts'
import type { OrderTimeline } from '#engine/analysis/order-timeline.ts'
import { lateBecause, latency, voidBecause } from '#engine/analysis/measures.ts'
import { faultOf, RECOVERY, recoveryMeasures, requestedDuring } from '#engine/analysis/recovery.ts'

/** @param planned span of the fault */
export function healingMeasures(history: History, planned: Span) {
  const fault = faultOf(history, planned)
  const during = requestedDuring(history, fault)
  const answered = during.flatMap(({ attempt }) =>
    attempt?.answeredNs === undefined ? [] : [sincePlanned(attempt, attempt.answeredNs)],
  )
  const attempts = during.flatMap(({ attempt }) => attempt ?? [])
  const why = voidBecause(history) ?? lateBecause(history, attempts)
  const withOutcome = (wanted: string) => during.filter(({ outcome }) => outcome === wanted).length
  return [
    orders('requested', during.length),
    orders('reserved in the end', withOutcome('reserved')),
    orders('failed in the end', withOutcome('failed')),
    ...statuses(during),
    ...latency('during: answer', percentiles(answered), why),
    ...recoveryMeasures(history, planned).filter(({ name }) => RECOVERY.includes(name)),
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
