// What stands between the services is killed: the broker, or where there is none the peer of the order service.
import { stepSeen } from '#engine/checks/preconditions.ts'
import { kill, start } from '#engine/experiment/steps.ts'
import { around, between, defineScenario, spanOf } from '../scenario.ts'

export const brokerDead = defineScenario({
  name: 'broker-dead',
  title: 'The broker dead (REST: the peer)',
  asks: 'What stands between the services is killed: is it the broker that keeps orders safe, or the outbox before it?',
  caveat:
    'Every broker is a single node here, so its death is a total outage; several nodes are there to survive the death of one. No fault takes the memory of a machine, which is what synced topics are for.',
  profiles: {
    full: { ordersPerSecond: 50, beforeMs: 5_000, faultMs: 10_000, afterMs: 15_000 },
    quick: { ordersPerSecond: 50, beforeMs: 1_000, faultMs: 2_000, afterMs: 1_000 },
  },
  variants: 'outbox',
  mayFail: true,
  load: around,
  disrupt({ comparison: { peer } }, settings) {
    return {
      ...between(spanOf(settings), kill(peer), start(peer)),
      seen: [stepSeen({ verb: 'kill', target: peer })],
    }
  },
})
