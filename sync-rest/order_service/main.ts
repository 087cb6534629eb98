// order_service of the synchronous model: `POST /order` stores the order, reserves it at inventory, confirms it, and
// answers with its outcome. Releases and confirmations that are pending when it ends it finishes after a restart.
import { createFaultInjector, faultRoutes, type FaultInjector } from '#common/faults/fault-injector.ts'
import { slowDiskOf } from '#common/faults/slow-disk.ts'
import type { Values } from '#common/service/config.ts'
import { ordersRoute } from '#common/service/evidence-routes.ts'
import { createServer } from '#common/service/http-server.ts'
import { watchOldestPending } from '#common/service/oldest-pending.ts'
import { orderRoutes } from '#common/service/order-routes.ts'
import { runService } from '#common/service/service.ts'
import { ordersTables } from '#common/stores/orders.ts'
import { openPeer } from '../http-client/call.ts'
import { noBreaker, openBreaker } from './breaker.ts'
import { compensateInterrupted, pendingReleasesTables } from './compensate.ts'
import { duplicateRequests, duplicator } from './duplicator.ts'
import { startPendingWork } from './pending-work.ts'
import { placeAndRespond } from './place-order.ts'
import { openReservations } from './reserve-at-inventory.ts'
import { sendAtNotification, sendWhileAble } from './send-at-notification.ts'
import { faults, NAME, settings } from './settings.ts'

await runService(NAME, {
  settings,
  async start(parts) {
    const { config, health, occupancy } = parts
    const faultInjector = createFaultInjector({ ...faults, ...parts })
    const store = parts.openStore(
      'orders',
      db => ({ ...ordersTables(db), ...pendingReleasesTables(db) }),
      slowDiskOf(faultInjector),
    )
    const { inventory, notification } = openPeers(config, faultInjector)
    const { CONCURRENCY: concurrency, RESERVE_DEADLINE_MS: deadlineMs } = config
    const breakerFor = (peer: string) =>
      config.BREAKER === 'on'
        ? openBreaker({ peer, failures: config.BREAKER_FAILURES, openMs: config.BREAKER_OPEN_MS, health })
        : noBreaker
    const places = occupancy.places('CONCURRENCY', concurrency)
    const reservations = openReservations(inventory, breakerFor('inventory'), { deadlineMs, concurrency, places })
    const send = sendAtNotification(notification, config.SEND_DEADLINE_MS)
    const sendNow = sendWhileAble(send, breakerFor('notification'), concurrency)

    await compensateInterrupted(store)
    const pendingWork = startPendingWork({ ...parts, store, inventory, send, releaseDeadlineMs: deadlineMs })
    const server = createServer(parts)
    orderRoutes(server, parts, {
      place: placeAndRespond({
        store,
        isKnown: orderId => store.peek.findOrder(orderId) !== undefined,
        reservations,
        send: sendNow,
        pendingWork,
        crashPoints: crashPointsOf(faultInjector),
      }),
      find: orderId => store.read(tx => tx.findOrder(orderId)),
      status: { isNew: 201, repeated: 201 },
    })
    // An order is in the store, pending, before inventory is called: none is in flight that has no row.
    ordersRoute(server, store, () => 0)
    faultRoutes(server, faultInjector)
    watchOldestPending(health, store.peek)
    return {
      server,
      async stop() {
        await pendingWork.ended
        await Promise.all([inventory.pool.close(), notification.pool.close()])
        store.close()
      },
    }
  },
})

/** A pool of connections to each peer, with some to spare for the releases and confirmations of the workers. */
function openPeers(config: Values<typeof settings>, faultInjector: FaultInjector) {
  const it = faultInjector.switchOf(duplicator)
  const open = (name: string, url: string, deadlineMs: number) => {
    const duplicates = faultInjector.on ? duplicateRequests({ url, it }) : undefined
    const limits = { connections: config.CONCURRENCY + 16, connectMs: Math.ceil(deadlineMs / 2) }
    return openPeer({ name, url, ...limits, duplicates })
  }
  return {
    inventory: open('inventory', config.INVENTORY_URL, config.RESERVE_DEADLINE_MS),
    notification: open('notification', config.NOTIFICATION_URL, config.SEND_DEADLINE_MS),
  }
}

function crashPointsOf({ crashPoint }: FaultInjector) {
  return {
    'store-reserve': crashPoint('store-reserve'),
    'reserve-store': crashPoint('reserve-store'),
    'store-send': crashPoint('store-send'),
    'send-store': crashPoint('send-store'),
  }
}
