// Ten times as many orders for a while.
import { defineCheck, vacuous, valid } from '#engine/checks/check.ts'
import { inTime } from '#engine/load/plan.ts'
import { around, defineScenario, spanOf } from '../scenario.ts'

export const burst = defineScenario({
  name: 'burst',
  title: 'A burst of ten times the rate',
  asks: 'Ten times as many orders come for a while: who is refused, who waits, and for how long?',
  profiles: {
    full: { ordersPerSecond: 50, beforeMs: 5_000, faultMs: 5_000, afterMs: 8_000, times: 10 },
    quick: { ordersPerSecond: 50, beforeMs: 1_000, faultMs: 1_000, afterMs: 1_000, times: 10 },
  },
  load(settings) {
    const { ordersPerSecond, times } = settings
    const { fromMs, toMs } = spanOf(settings)
    const steady = around(settings)
    const extra = Math.round(((times - 1) * ordersPerSecond * (toMs - fromMs)) / 1_000)
    return {
      ...steady,
      orders: steady.orders + extra,
      plan(orders, _rate, arrive) {
        const plain = arrive(orders - extra, ordersPerSecond)
        const more = arrive(extra, (times - 1) * ordersPerSecond, fromMs)
        // Orders are numbered by time, so that those of the warm-up are the first.
        return inTime([...plain, ...more]).map(({ offsetMs }, order) => ({ order, offsetMs }))
      },
    }
  },
  disrupt(_model, settings) {
    const span = spanOf(settings)
    return { label: `${settings.times} times as many orders`, span, seen: [burstSeen(settings.times)] }
  },
})

/** Seconds of the clock do not align with those of the plan. */
const NEARLY = 0.8

const burstSeen = (times: number) =>
  defineCheck('burst-seen', `the rate rises to ${times} times the usual one`, ({ attempts, originNs }) => {
    const perSecond = new Map<number, number>()
    for (const { startedNs } of attempts) {
      const second = Math.floor((startedNs - originNs) / 1e9)
      perSecond.set(second, (perSecond.get(second) ?? 0) + 1)
    }
    const rates = [...perSecond.values()].sort((one, other) => one - other)
    const usual = rates[Math.floor(rates.length / 4)] ?? 0
    const most = rates.at(-1) ?? 0
    const detail = `Usually ${usual} orders a second, at most ${most}.`
    return most >= NEARLY * usual * times ? valid(detail) : vacuous(detail)
  })
