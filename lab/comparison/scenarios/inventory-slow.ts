// Inventory takes 2 s for each order, for a while.
import { faultSeen } from '#engine/checks/preconditions.ts'
import { fault, heal } from '#engine/experiment/steps.ts'
import { around, between, defineScenario, serviceOf, spanOf } from '../scenario.ts'

export const inventorySlow = defineScenario({
  name: 'inventory-slow',
  title: 'Inventory slow by 2 s',
  asks: 'Inventory takes 2 s for each order: who waits, and for how long?',
  profiles: {
    full: { ordersPerSecond: 50, beforeMs: 5_000, faultMs: 10_000, afterMs: 8_000, delayMs: 2_000 },
    quick: { ordersPerSecond: 50, beforeMs: 1_000, faultMs: 3_000, afterMs: 1_000, delayMs: 2_000 },
  },
  mayFail: true,
  load: settings => around(settings),
  disrupt(model, settings) {
    const inventory = serviceOf(model, 'inventory')
    return {
      label: `${inventory} takes ${settings.delayMs / 1_000} s`,
      ...between(spanOf(settings), fault(inventory, { delay: { delayMs: settings.delayMs } }), heal(inventory)),
      seen: [faultSeen({ service: inventory, fault: 'delay', atLeast: 5 })],
    }
  },
})
