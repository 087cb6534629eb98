// Notification is killed, and started again a while later.
import { stepSeen } from '#engine/checks/preconditions.ts'
import { kill, start } from '#engine/experiment/steps.ts'
import { around, between, defineScenario, serviceOf, spanOf } from '../scenario.ts'

export const notificationDead = defineScenario({
  name: 'notification-dead',
  title: 'Notification dead',
  asks: 'Notification is killed: are orders still accepted and reserved, and is every reserved order notified in the end?',
  profiles: {
    full: { ordersPerSecond: 50, beforeMs: 5_000, faultMs: 10_000, afterMs: 8_000 },
    quick: { ordersPerSecond: 50, beforeMs: 1_000, faultMs: 2_000, afterMs: 1_000 },
  },
  load: around,
  disrupt(model, settings) {
    const notification = serviceOf(model, 'notification')
    return {
      ...between(spanOf(settings), kill(notification), start(notification)),
      seen: [stepSeen({ action: 'kill', target: notification })],
    }
  },
})
