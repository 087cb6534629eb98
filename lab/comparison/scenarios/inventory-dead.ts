// Inventory is killed, and started again a while later.
import { stepSeen } from '#engine/checks/preconditions.ts'
import { kill, start } from '#engine/experiment/steps.ts'
import { around, between, defineScenario, serviceOf, spanOf } from '../scenario.ts'

export const inventoryDead = defineScenario({
  name: 'inventory-dead',
  title: 'Inventory dead, then back',
  titleAt: ({ faultMs }) => `Inventory dead for ${faultMs / 1_000} s, then back`,
  asks: 'Inventory is killed while orders keep coming: what do clients see, and when has the model caught up?',
  profiles: {
    full: { ordersPerSecond: 50, beforeMs: 5_000, faultMs: 20_000, afterMs: 10_000 },
    quick: { ordersPerSecond: 50, beforeMs: 1_000, faultMs: 2_000, afterMs: 1_000 },
  },
  mayFail: true,
  load: around,
  disrupt(model, settings) {
    const inventory = serviceOf(model, 'inventory')
    return {
      ...between(spanOf(settings), kill(inventory), start(inventory)),
      seen: [stepSeen({ action: 'kill', target: inventory })],
    }
  },
})
