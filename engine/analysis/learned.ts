// What it takes until clients that follow their orders are told the outcome, and how often they ask.
import type { Attempt } from '../load/attempt.ts'
import type { History } from '../run/history.ts'
import type { Measure } from '../run/summary.ts'
import { percentiles, type Sample, sincePlanned } from './latency.ts'
import { latency, voidBecause } from './measures.ts'
import { orderTimelines } from './order-timeline.ts'

/**
 * Of orders that were placed, from the planned start; one whose answer carries the outcome is told by it, and one that was never told
 * counts until its client gave up, as "at least". All stamps are the client's own. None where no client followed its order, and no
 * answer carried an outcome.
 */
export function learnedMeasures(history: History): Omit<Measure, 'variant'>[] {
  const attempts = orderTimelines(history).flatMap(({ attempt, placedNs }) =>
    attempt && placedNs !== undefined ? [attempt] : [],
  )
  const samples = attempts.flatMap(sampleOf)
  const requests = attempts.reduce((sum, { learned }) => sum + 1 + (learned?.requests ?? 0), 0)
  const value = attempts.length === 0 ? null : requests / attempts.length
  return [
    ...latency('learned', percentiles(samples), voidBecause(history)),
    { name: 'requests per order', unit: 'requests', value },
  ]
}

function sampleOf(attempt: Attempt): Sample[] {
  const { learned, answer, answeredNs } = attempt
  if (learned) return [sincePlanned(attempt, learned.atNs, learned.says === undefined)]
  const isToldByAnswer = answer.kind === 'status' && (answer.status === 201 || answer.status === 409)
  return isToldByAnswer && answeredNs !== undefined ? [sincePlanned(attempt, answeredNs)] : []
}
