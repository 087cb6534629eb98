// Every message is delivered twice; where the clients' requests are messages of the model too, every client requests twice.
import { duplicatesSeen } from '#engine/checks/preconditions.ts'
import { steadyPlan, withRepeats } from '#engine/load/plan.ts'
import { duplicatesDelivered } from '../duplicates-delivered.ts'
import { around, between, defineScenario, spanOf } from '../scenario.ts'

const RETRY_MS = 250
/** The share of the orders that must have been requested twice: a first request may end without an answer. */
const MOST = 0.9

export const duplicates = defineScenario({
  name: 'duplicates',
  title: "Every message delivered twice (REST: every request, the clients' too)",
  asks: 'Everything arrives twice: is an order reserved or notified twice?',
  profiles: {
    full: { ordersPerSecond: 50, beforeMs: 2_000, faultMs: 12_000, afterMs: 2_000 },
    quick: { ordersPerSecond: 50, beforeMs: 500, faultMs: 2_000, afterMs: 500 },
  },
  load: around,
  disrupt({ comparison: { duplicator } }, settings) {
    const span = spanOf(settings)
    const disruption = { label: 'everything arrives twice', ...between(span, duplicator.start, duplicator.stop) }
    const seen = [duplicatesDelivered(duplicator, span)]
    if (!duplicator.clientsRepeat) return { ...disruption, seen }
    const requested = (settings.ordersPerSecond * settings.faultMs) / 1_000
    return {
      ...disruption,
      plan: (count, ordersPerSecond) => withRepeats(steadyPlan(count, ordersPerSecond), 1, RETRY_MS, span),
      seen: [...seen, duplicatesSeen({ atLeast: Math.floor(MOST * requested) })],
    }
  },
})
