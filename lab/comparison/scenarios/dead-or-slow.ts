// One process is slow, unreachable or dead for a while: Inventory is slow; the host of Inventory is gone; Inventory, Notification
// or the broker is killed and started again.
import { faultSeen, stepSeen } from '#engine/checks/preconditions.ts'
import { type Action, fault, heal, isolate, kill, resume, start } from '#engine/experiment/steps.ts'
import { setByDelay, setByOutage, setByWaiting } from './set-by-fault.ts'
import {
  around,
  type AroundSettings,
  between,
  defineScenario,
  type Disruption,
  serviceOf,
  spanOf,
} from '../scenario.ts'

export const inventorySlow = defineScenario({
  name: 'inventory-slow',
  title: 'Inventory slow by 2 s',
  asks: 'Inventory takes 2 s for each order: who waits, and for how long?',
  profiles: {
    full: { ordersPerSecond: 50, beforeMs: 5_000, faultMs: 10_000, afterMs: 6_000, delayMs: 2_000 },
    quick: { ordersPerSecond: 50, beforeMs: 1_000, faultMs: 3_000, afterMs: 1_000, delayMs: 2_000 },
  },
  mayFail: true,
  load: settings => around(settings),
  disrupt(model, settings) {
    const inventory = serviceOf(model, 'inventory')
    return {
      label: `${inventory} takes ${settings.delayMs / 1_000} s`,
      ...between(spanOf(settings), fault(inventory, { delay: { delayMs: settings.delayMs } }), heal(inventory)),
      setByFault: setByDelay(model, settings),
      seen: [faultSeen({ service: inventory, fault: 'delay', atLeast: 5 })],
    }
  },
})

export const inventoryDead = defineScenario({
  name: 'inventory-dead',
  title: 'Inventory dead, then back',
  titleAt: ({ faultMs }) => `Inventory dead for ${faultMs / 1_000} s, then back`,
  asks: 'Inventory is killed while orders keep coming: what do clients see, and when has the model caught up?',
  profiles: {
    full: { ordersPerSecond: 50, beforeMs: 5_000, faultMs: 20_000, afterMs: 10_000 },
    quick: { ordersPerSecond: 50, beforeMs: 1_000, faultMs: 2_000, afterMs: 1_000 },
  },
  variants: 'outbox',
  mayFail: true,
  load: around,
  disrupt: (model, settings) => ({
    ...killed(serviceOf(model, 'inventory'), settings),
    setByFault: setByOutage(model, settings),
  }),
})

/** A process that is killed refuses at once; a host that is gone leaves its callers waiting. */
export const inventoryGone = defineScenario({
  name: 'inventory-gone',
  title: "Inventory's host gone, then back",
  titleAt: ({ faultMs }) => `Inventory's host gone for ${faultMs / 1_000} s, then back`,
  asks: 'What is sent to Inventory is dropped, as when its machine is off: how long do clients wait, and when has the model caught up?',
  profiles: {
    full: { ordersPerSecond: 50, beforeMs: 5_000, faultMs: 15_000, afterMs: 10_000 },
    quick: { ordersPerSecond: 50, beforeMs: 1_000, faultMs: 2_000, afterMs: 1_000 },
  },
  mayFail: true,
  load: around,
  disrupt(model, settings) {
    const inventory = serviceOf(model, 'inventory')
    return { ...broken(isolate(inventory), resume(inventory), settings), setByFault: setByOutage(model, settings) }
  },
})

export const notificationDead = defineScenario({
  name: 'notification-dead',
  title: 'Notification dead',
  asks: 'Notification is killed: are orders still accepted and reserved, and is every reserved order notified in the end?',
  profiles: {
    full: { ordersPerSecond: 50, beforeMs: 5_000, faultMs: 10_000, afterMs: 5_000 },
    quick: { ordersPerSecond: 50, beforeMs: 1_000, faultMs: 2_000, afterMs: 1_000 },
  },
  load: around,
  disrupt: (model, settings) => ({
    ...killed(serviceOf(model, 'notification'), settings),
    setByFault: setByWaiting(settings),
  }),
})

/** In a model without a broker the peer of the order service is killed. */
export const brokerDead = defineScenario({
  name: 'broker-dead',
  title: 'The broker dead (REST: the peer)',
  asks: 'The broker between the services is killed: which orders are still accepted, with an outbox and without one?',
  caveat:
    'Every broker is a single node here, so its death is a total outage; a cluster survives the death of one node. REST has no broker: its Inventory is killed instead. The outages differ, since they last until the restarted process is healthy. No scenario loses the memory of a machine, the case that synced topics protect against.',
  profiles: {
    full: { ordersPerSecond: 50, beforeMs: 5_000, faultMs: 10_000, afterMs: 15_000 },
    quick: { ordersPerSecond: 50, beforeMs: 1_000, faultMs: 2_000, afterMs: 2_000 },
  },
  variants: 'outbox',
  mayFail: true,
  load: around,
  disrupt(model, settings) {
    const { peer } = model.comparison
    // A broker takes seconds to start, so that what waits for it is not set by the length of the fault alone.
    const setByFault = peer === serviceOf(model, 'inventory') && setByOutage(model, settings)
    return { ...killed(peer, settings), ...(setByFault && { setByFault }) }
  },
})

const killed = (target: string, settings: AroundSettings): Disruption => broken(kill(target), start(target), settings)

const broken = (begin: Action, end: Action, settings: AroundSettings): Disruption => ({
  ...between(spanOf(settings), begin, end),
  seen: [stepSeen(begin)],
})

/** The same, with brokers and the times of their clients as they are shipped beside those of the lab. */
const asShipped = (scenario: typeof inventoryDead): typeof inventoryDead => ({
  ...scenario,
  name: `${scenario.name}-as-shipped`,
  title: `${scenario.title}: settings as shipped`,
  titleAt: settings => `${scenario.titleAt?.(settings) ?? scenario.title}: settings as shipped`,
  asks: 'What of this is the work of the settings? Those of the lab stand beside those that brokers and clients are shipped with.',
  variants: 'settings',
  isOptional: true,
})

export const inventoryDeadAsShipped = asShipped(inventoryDead)
export const brokerDeadAsShipped = asShipped(brokerDead)
