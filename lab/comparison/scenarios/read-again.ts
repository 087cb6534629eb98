// A reader has lost its state, and reads the orders again from the first.
import { isDeepStrictEqual } from 'node:util'
import { CONDITIONS, findMeasure, ms, sentence } from '#engine/analysis/measures.ts'
import { REREAD, rereadMeasures } from '#engine/analysis/recovery.ts'
import { defineCheck, vacuous, valid } from '#engine/checks/check.ts'
import { metricsAsSent } from '#engine/checks/metrics-as-sent.ts'
import { stepSeen } from '#engine/checks/preconditions.ts'
import { at, kill, read, start, wipe } from '#engine/experiment/steps.ts'
import type { History } from '#engine/run/history.ts'
import type { Measure } from '#engine/run/summary.ts'
import { around, defineScenario } from '../scenario.ts'

const ALL_READ_AGAIN = 'all read again after'

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
    ALL_READ_AGAIN,
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
  explain: ([result], model) => readAgainText(name => findMeasure(result, name)).map(text => `${model}: ${text}.`),
})

/** From the start of its new process: the time that a reader needs when it joins for the first time. */
function allReadAgainAfter({ executedSteps }: History): Omit<Measure, 'variant'> {
  const began = executedSteps.find(({ action }) => action === 'start')?.atNs
  const ended = executedSteps.findLast(({ action }) => action === 'read')?.doneNs
  return { name: ALL_READ_AGAIN, unit: 'ms', value: began && ended ? (ended - began) / 1e6 : null }
}

/** Before and after. */
const metricsRead = ({ executedSteps }: History): unknown[] =>
  executedSteps.filter(({ action }) => action === 'read').map(({ result }) => result)

/** Results of older runs lack the parts. */
function readAgainText(of: (name: string) => ReturnType<typeof findMeasure>): string[] {
  const again = of(ALL_READ_AGAIN)
  const total = of(REREAD.total)
  const [session, start, reading] = [of(REREAD.session), of(REREAD.start), of(REREAD.reading)].map(ms)
  const [when] =
    total.value === null
      ? sentence`${ms(again)} after the start of its new process; offsets can be reset only in a group without members, and the dead member's session had to expire first`
      : sentence`${ms(total)} after it was killed: ${session} until the session of the dead member had expired, ${start} until its new process was healthy, ${reading} until all was read`
  return sentence`a reader that had lost its state had read all orders again, with the same result, ${when}`
}

/** Compares the metrics before and after; before, there must be some. */
const sameAgain = defineCheck('same-again', 'the recomputed metrics equal the earlier ones', history => {
  const [before, after] = metricsRead(history)
  const orders = typeof before === 'object' && before && 'orders' in before ? Number(before.orders) : 0
  if (orders === 0) return vacuous('Nothing had been read before.')
  if (isDeepStrictEqual(before, after)) return valid(`Metrics of ${orders} orders, equal.`)
  return { verdict: 'invalid', detail: `before ${JSON.stringify(before)}, after ${JSON.stringify(after)}.` }
})
