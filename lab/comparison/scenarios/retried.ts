// For a while Inventory fails each order once, so that it has to be tried again: does the sequence of a kitchen's orders survive it?
import { CONDITIONS } from '#engine/analysis/measures.ts'
import { overtakenMeasures } from '#engine/analysis/overtaken.ts'
import { faultSeen } from '#engine/checks/preconditions.ts'
import { fault, heal } from '#engine/experiment/steps.ts'
import type { History } from '#engine/run/history.ts'
import type { Measure } from '#engine/run/summary.ts'
import { around, between, defineScenario, serviceOf, spanOf } from '../scenario.ts'

/** So few that a kitchen has a next order before the one that failed is tried again. */
const KITCHENS = 4

export const RETRIED_OVERTAKEN = 'overtaken where tried again'

export const retried = defineScenario({
  name: 'retried',
  title: 'Orders have to be tried twice',
  asks: 'For a while Inventory fails each order once: is it decided, when, and how many orders does a later one of their kitchen overtake?',
  caveat:
    'In RabbitMQ an order is tried again out of a delay queue, behind those that came meanwhile; in Kafka in its place, with others beside it. REST as it stands fails the order, and does not try it again.',
  isOptional: true,
  profiles: {
    full: { ordersPerSecond: 50, beforeMs: 5_000, faultMs: 10_000, afterMs: 5_000 },
    quick: { ordersPerSecond: 50, beforeMs: 1_000, faultMs: 2_000, afterMs: 1_000 },
  },
  variants: 'outbox',
  mayFail: true,
  columns: [
    'requested',
    'during: known in 1 s',
    'during: known in the end',
    'abandoned',
    'lost',
    'duplicated',
    'oversold',
    'unknown',
    RETRIED_OVERTAKEN,
    'overtaken by',
    'longest wait',
    ...CONDITIONS,
  ],
  load: settings => ({ ...around(settings), mix: { kitchens: KITCHENS } }),
  disrupt(model, settings) {
    const inventory = serviceOf(model, 'inventory')
    const { reasonsOfFaults } = model.comparison
    return {
      label: `${inventory} fails each order once`,
      ...between(spanOf(settings), fault(inventory, { error: { times: 1 } }), heal(inventory)),
      seen: [faultSeen({ service: inventory, fault: 'error', atLeast: 5 })],
      measures: history => [overtakenWhereTriedAgain(history, reasonsOfFaults)],
    }
  },
})

/** Where orders fail in place of being tried again, that none of them is overtaken is no merit. */
function overtakenWhereTriedAgain(history: History, reasonsOfFaults: readonly string[]): Omit<Measure, 'variant'> {
  const failed = history.evidence.orders.some(({ reason }) => reason !== null && reasonsOfFaults.includes(reason))
  const overtaken = overtakenMeasures(history).find(({ name }) => name === 'overtaken')?.value ?? null
  return failed
    ? { name: RETRIED_OVERTAKEN, unit: 'orders', value: null, note: 'orders failed, and were not tried again' }
    : { name: RETRIED_OVERTAKEN, unit: 'orders', value: overtaken }
}
