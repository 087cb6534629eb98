// The broker between the services is killed; in a model without one, the peer of the order service.
import { stepSeen } from '#engine/checks/preconditions.ts'
import { kill, start } from '#engine/experiment/steps.ts'
import { around, between, defineScenario, spanOf } from '../scenario.ts'

export const brokerDead = defineScenario({
  name: 'broker-dead',
  title: 'The broker dead (REST: the peer)',
  asks: 'The broker between the services is killed: which orders are still accepted, with an outbox and without one?',
  caveat:
    'Every broker is a single node here, so its death is a total outage; a cluster survives the death of one node. REST has no broker: its Inventory is killed instead. The outages differ, since they last until the restarted process is healthy. No scenario loses the memory of a machine, the case that synced topics protect against.',
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
      seen: [stepSeen({ action: 'kill', target: peer })],
    }
  },
})
