// Inventory is slow with the orders of one kitchen alone: do those of the others wait until it has a place for them?
import { CONDITIONS } from '#engine/analysis/measures.ts'
import { isCompleted, knownNs, type OrderTimeline } from '#engine/analysis/order-timeline.ts'
import { faultOf, requestedDuring } from '#engine/analysis/recovery.ts'
import { faultSeen } from '#engine/checks/preconditions.ts'
import { setBy } from '#engine/experiment/define.ts'
import { fault, heal } from '#engine/experiment/steps.ts'
import { kitchenNames } from '#engine/load/mix.ts'
import type { History } from '#engine/run/history.ts'
import type { Measure } from '#engine/run/summary.ts'
import { around, type AroundSettings, between, defineScenario, serviceOf, spanOf } from '../scenario.ts'

const KITCHENS = 4
const [SLOW = ''] = kitchenNames(KITCHENS)
const IN_TIME_MS = 1_000

const SLOW_KNOWN = 'slow kitchen: known in 1 s'
export const OTHERS_KNOWN = 'other kitchens: known in 1 s'

type SlowSettings = AroundSettings & { delayMs: number }

export const slowKitchen = defineScenario<SlowSettings>({
  name: 'slow-kitchen',
  title: 'One kitchen is slow',
  titleAt: ({ delayMs }) => `Inventory takes ${delayMs / 1_000} s for the orders of one kitchen of ${KITCHENS}`,
  asks: 'Inventory is slow with the orders of one kitchen alone: do those of the other kitchens wait behind them?',
  caveat:
    'Every model decides orders side by side, as many at once as its services are set to (`CONCURRENCY`), whatever their kitchen. The slow ones fill these places after a while, unless something ends them: in REST the deadline of each call to Inventory. With its outbox REST then asks again, for one order of that kitchen at a time.',
  isOptional: true,
  profiles: {
    full: { ordersPerSecond: 50, beforeMs: 5_000, faultMs: 12_000, afterMs: 8_000, delayMs: 6_000 },
    quick: { ordersPerSecond: 50, beforeMs: 1_000, faultMs: 3_000, afterMs: 1_000, delayMs: 2_000 },
  },
  variants: 'outbox',
  mayFail: true,
  columns: [
    'requested',
    OTHERS_KNOWN,
    SLOW_KNOWN,
    'known in 5 s',
    'during: known in the end',
    'abandoned',
    'lost',
    'duplicated',
    'oversold',
    'unknown',
    'overtaken',
    'longest wait',
    'time to full recovery',
    ...CONDITIONS,
  ],
  load: settings => ({ ...around(settings), mix: { kitchens: KITCHENS } }),
  disrupt(model, settings) {
    const inventory = serviceOf(model, 'inventory')
    const { delayMs } = settings
    const span = spanOf(settings)
    return {
      label: `${inventory} takes ${delayMs / 1_000} s for one kitchen`,
      ...between(span, fault(inventory, { delay: { delayMs, kitchenId: SLOW } }), heal(inventory)),
      setByFault: setBy(`a delay of ${delayMs / 1_000} s`, SLOW_KNOWN),
      seen: [faultSeen({ service: inventory, fault: 'delay', atLeast: 5 })],
      measures(history) {
        const during = requestedDuring(history, faultOf(history, span))
        const isSlow = ({ planned }: OrderTimeline) => planned.kitchenId === SLOW
        return [
          knownInTime(
            history,
            OTHERS_KNOWN,
            during.filter(each => !isSlow(each)),
          ),
          knownInTime(history, SLOW_KNOWN, during.filter(isSlow)),
        ]
      },
    }
  },
})

function knownInTime(
  { clocksAgree }: History,
  name: string,
  timelines: readonly OrderTimeline[],
): Omit<Measure, 'variant'> {
  const isInTime = (timeline: OrderTimeline) =>
    isCompleted(timeline) && (knownNs(timeline) ?? Infinity) - (timeline.attempt?.plannedNs ?? 0) <= IN_TIME_MS * 1e6
  if (!clocksAgree || timelines.length === 0) return { name, unit: '%', value: null }
  return { name, unit: '%', value: (100 * timelines.filter(isInTime).length) / timelines.length }
}
