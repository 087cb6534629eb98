// More orders than Inventory can decide, in steps. What it can decide is planted by its throttle, so that it is known and is not
// the machine's. The order service takes as many orders at once as it decides within a stated time.
import { goodput, refusalMeasures, refusals } from '#engine/analysis/goodput.ts'
import { percentiles } from '#engine/analysis/latency.ts'
import { CONDITIONS, latenessP99Ms, unlessLate } from '#engine/analysis/measures.ts'
import { type Check, defineCheck, invalid, vacuous, valid } from '#engine/checks/check.ts'
import { answerSeen, faultSeen } from '#engine/checks/preconditions.ts'
import { setBy } from '#engine/experiment/define.ts'
import { fault, heal } from '#engine/experiment/steps.ts'
import { inTime, type Span } from '#engine/load/plan.ts'
import type { History } from '#engine/run/history.ts'
import type { SetByFault } from '#engine/run/summary.ts'
import type { ComparableModel } from '#engine/experiment/comparison-adapter.ts'
import { between, defineScenario, type ScenarioSettings, serviceOf } from '../scenario.ts'

/** So many times what Inventory can decide. The last is the first to come, so that the overload is sudden and what waits is soon full. */
export const STEPS = [1.25, 2, 3] as const
/** Before the steps as many as it can, as a warm-up. */
const BEFORE = 1
const LEAST_PERCENT = 90
/** Less than this no busy machine explains. */
const COLLAPSED_PERCENT = 50
const AT_ONCE_MS = 100
/** A generator that is later than this had no time on its machine; nor, then, had the services. */
const LATE_MS = 10

const nameOf = (times: number): string => `goodput at ${times} times`
/** The names of its measures. */
export const GOODPUTS = STEPS.map(nameOf)

/** Inventory decides `ordersPerSecond`. The order services hold what it decides in `waitMs`; decided in `inTimeMs` is in time. */
type OverloadSettings = ScenarioSettings & { beforeMs: number; stepMs: number; waitMs: number; inTimeMs: number }

export const overload = defineScenario<OverloadSettings>({
  name: 'overload',
  title: 'More orders than Inventory can decide',
  asks: 'At 1.25, 2 and 3 times of what Inventory can decide: does it still decide as many, and how soon do those know who are turned away?',
  caveat:
    'Inventory is throttled, so that what it can decide is known. The highest rate comes first. The order services are set to hold half a second of its work (`MAX_UNDECIDED`; in REST `CONCURRENCY`).',
  profiles: {
    full: { ordersPerSecond: 80, beforeMs: 1_000, stepMs: 3_000, waitMs: 500, inTimeMs: 2_000 },
    quick: { ordersPerSecond: 80, beforeMs: 1_000, stepMs: 2_000, waitMs: 500, inTimeMs: 2_000 },
  },
  mayFail: true,
  columns: [
    'requested',
    ...GOODPUTS,
    'turned away p50',
    'turned away p90',
    'turned away max',
    'rejected',
    'abandoned',
    'lost',
    'duplicated',
    'oversold',
    'peak open orders',
    'longest wait',
    ...CONDITIONS,
  ],
  load(settings) {
    const parts = [
      { count: countOf(settings, settings.beforeMs, BEFORE), times: BEFORE, fromMs: 0 },
      ...STEPS.map((times, index) => ({
        count: countOf(settings, settings.stepMs, times),
        times,
        fromMs: spanOf(settings, index).fromMs,
      })),
    ]
    const [{ count: warmUpOrders } = { count: 0 }, ...steps] = parts
    return {
      warmUpOrders,
      orders: steps.reduce((sum, { count }) => sum + count, 0),
      plan: (_orders, _rate, arrive) =>
        inTime(
          parts.flatMap(({ count, times, fromMs }) => arrive(count, times * settings.ordersPerSecond, fromMs)),
        ).map(({ offsetMs }, order) => ({ order, offsetMs })),
    }
  },
  disrupt(model, settings) {
    const { ordersPerSecond, waitMs } = settings
    const inventory = serviceOf(model, 'inventory')
    const span = { fromMs: spanOf(settings, STEPS.length - 1).fromMs, toMs: spanOf(settings, 0).toMs }
    return {
      label: `${inventory} decides ${ordersPerSecond} orders a second, and more are requested`,
      ...between(span, fault(inventory, { throttle: { perSecond: ordersPerSecond } }), heal(inventory)),
      environment: model.comparison.boundedTo(Math.round((ordersPerSecond * waitMs) / 1_000)),
      mayAnswer: ['overloaded'],
      setByFault: setByThrottle(model, settings),
      seen: [
        faultSeen({ service: inventory, fault: 'throttle', atLeast: 50 }),
        answerSeen({ code: 'overloaded', atLeast: 50 }),
        keepsGoodput(settings),
        toldAtOnce,
      ],
      measures: history => [
        ...unlessLate(
          history,
          STEPS.map((times, index) => ({ name: nameOf(times), unit: '%', ...goodputOf(history, settings, index) })),
        ),
        ...refusalMeasures(history),
      ],
    }
  },
})

/** How many are turned away follows from the rates; how many wait, from the bound of the order service. */
function setByThrottle({ comparison }: ComparableModel, settings: OverloadSettings): SetByFault {
  const { ordersPerSecond, waitMs } = settings
  const rates = STEPS.map(times => times * ordersPerSecond).join(', ')
  const most = (ordersPerSecond * waitMs) / 1_000
  return {
    ...setBy(`${ordersPerSecond}/s decided, of ${rates}/s requested`, ...SHARES),
    // In a model whose orders have a deadline others wait for those.
    ...(comparison.deadlineMs === Infinity && {
      ...setBy(`at most ${most} at once`, 'peak open orders'),
      ...setBy(`${most} at once ÷ ${ordersPerSecond}/s`, 'longest wait'),
    }),
  }
}

const SHARES = [
  'rejected',
  'completed ÷ requested',
  'during: known in 1 s',
  'during: known in 5 s',
  'during: known in the end',
  'during: availability',
]

const countOf = ({ ordersPerSecond }: OverloadSettings, ms: number, times: number): number =>
  Math.round((times * ordersPerSecond * ms) / 1_000)

function spanOf({ beforeMs, stepMs }: OverloadSettings, step: number): Span {
  const fromMs = beforeMs + (STEPS.length - 1 - step) * stepMs
  return { fromMs, toMs: fromMs + stepMs }
}

const goodputOf = (history: History, settings: OverloadSettings, step: number) =>
  goodput(history, spanOf(settings, step), {
    perSecond: settings.ordersPerSecond,
    inTimeMs: settings.inTimeMs,
  })

const keepsGoodput = (settings: OverloadSettings): Check => {
  const claim = `of the orders that Inventory can decide it decides at least ${LEAST_PERCENT} % within ${settings.inTimeMs / 1_000} s of their request`
  return defineCheck('goodput', claim, history => {
    const found = STEPS.map((times, index) => ({
      times,
      percent: goodputOf(history, settings, index).value,
      lateMs: latenessP99Ms(plannedIn(history, spanOf(settings, index))) ?? 0,
    }))
    if (found.some(({ percent }) => percent === null)) return { verdict: 'unknown', detail: 'The clocks differ.' }
    const parts = found.map(({ times, percent }) => `${(percent ?? 0).toFixed(0)} % at ${times} times`)
    const detail = `${parts.join(', ')}.`
    const low = found.filter(({ percent }) => (percent ?? 0) < LEAST_PERCENT)
    if (low.length === 0) return valid(detail)
    if (low.some(({ percent, lateMs }) => (percent ?? 0) < COLLAPSED_PERCENT || lateMs <= LATE_MS))
      return invalid(detail)
    const lateMs = Math.max(...low.map(each => each.lateMs))
    const why = `The machine was busy, so that the load itself was late (p99 ${lateMs.toFixed(0)} ms).`
    return { verdict: 'unknown', detail: `${detail} ${why}` }
  })
}

const plannedIn = (history: History, { fromMs, toMs }: Span): History => ({
  ...history,
  attempts: history.attempts.filter(({ plannedNs }) => {
    const atMs = (plannedNs - history.originNs) / 1e6
    return atMs >= fromMs && atMs < toMs
  }),
})

const toldAtOnce = defineCheck(
  'told-at-once',
  `half of those who are turned away know it within ${AT_ONCE_MS} ms`,
  (history: History) => {
    const { p50 } = percentiles(refusals(history))
    if (p50.ms === undefined) return vacuous('Too few were turned away.')
    const detail = `Half of them knew it within ${p50.ms.toFixed(0)} ms.`
    return p50.ms <= AT_ONCE_MS ? valid(detail) : invalid(detail)
  },
)
