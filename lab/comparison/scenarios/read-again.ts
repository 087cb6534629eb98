// A reader has lost its state, and reads the orders again from the first.
import { isDeepStrictEqual } from 'node:util'
import { CONDITIONS } from '#engine/analysis/measures.ts'
import { REREAD, rereadMeasures } from '#engine/analysis/recovery.ts'
import { defineCheck, vacuous, valid } from '#engine/checks/check.ts'
import { metricsAsSent } from '#engine/checks/metrics-as-sent.ts'
import { stepSeen } from '#engine/checks/preconditions.ts'
import { at, kill, read, start, wipe } from '#engine/experiment/steps.ts'
import type { History } from '#engine/run/history.ts'
import type { Measure } from '#engine/run/summary.ts'
import { around, defineScenario } from '../scenario.ts'

export const readAgain = defineScenario({
  name: 'read-again',
  title: 'A reader begins again from the first order',
  asks: 'Somebody wants to read all orders again: can they, how long does it take, and is the result the same?',
  profiles: {
    full: { ordersPerSecond: 100, beforeMs: 4_000, faultMs: 0, afterMs: 6_000 },
    quick: { ordersPerSecond: 100, beforeMs: 1_000, faultMs: 0, afterMs: 1_000 },
  },
  columns: [
    'requested',
    'lost',
    'duplicated',
    'unknown',
    ...Object.values(REREAD),
    'all read again after',
    'accepted p50',
    'completed p50',
    ...CONDITIONS,
  ],
  load: around,
  disrupt({ comparison: { readAgain: reader } }) {
    if (typeof reader === 'string') return reader
    const { service, reset, page, hasRead } = reader
    return {
      timeline: [
        at(view => view.loadDone && view.decided > 0 && hasRead(view), read(service, page)),
        ...[kill(service), wipe(service), reset, start(service)].map(step => at(0, step)),
        at(hasRead, read(service, page)),
      ],
      seen: [stepSeen({ action: 'wipe', target: service }), sameAgain, metricsAsSent(metricsRead)],
      measures: history => [allReadAgainAfter(history), ...rereadMeasures(history, { service, reset: reset.action })],
    }
  },
})

/** From the start of its new process: the time that a reader needs when it joins for the first time. */
function allReadAgainAfter({ executedSteps }: History): Omit<Measure, 'variant'> {
  const began = executedSteps.find(({ action }) => action === 'start')?.atNs
  const ended = executedSteps.findLast(({ action }) => action === 'read')?.doneNs
  return { name: 'all read again after', unit: 'ms', value: began && ended ? (ended - began) / 1e6 : null }
}

/** Before and after. */
const metricsRead = ({ executedSteps }: History): unknown[] =>
  executedSteps.filter(({ action }) => action === 'read').map(({ result }) => result)

/** Compares the metrics before and after; before, there must be some. */
const sameAgain = defineCheck('same-again', 'the recomputed metrics equal the earlier ones', history => {
  const [before, after] = metricsRead(history)
  const orders = typeof before === 'object' && before && 'orders' in before ? Number(before.orders) : 0
  if (orders === 0) return vacuous('Nothing had been read before.')
  if (isDeepStrictEqual(before, after)) return valid(`Metrics of ${orders} orders, equal.`)
  return { verdict: 'invalid', detail: `before ${JSON.stringify(before)}, after ${JSON.stringify(after)}.` }
})
