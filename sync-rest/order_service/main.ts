// order_service of the synchronous model: `POST /order` stores the order, reserves it at inventory, confirms it, and
// answers with its outcome; with the outbox it stores the order and answers, and does the rest later. What is pending when it
// ends it finishes after a restart.
import { createFaultInjector, faultRoutes, type FaultInjector } from '#common/faults/fault-injector.ts'
import { slowDiskOf } from '#common/faults/slow-disk.ts'
import type { Values } from '#common/service/config.ts'
import { ordersRoute } from '#common/service/evidence-routes.ts'
import { createServer } from '#common/service/http-server.ts'
import { watchOldestPending } from '#common/service/oldest-pending.ts'
import { orderRoutes } from '#common/service/order-routes.ts'
import { createOrderWatch } from '#common/service/order-watch.ts'
import { runService } from '#common/service/service.ts'
import { startWebhooks } from '#common/service/webhooks.ts'
import { ordersTables } from '#common/stores/orders.ts'
import { outboxTables } from '#common/stores/outbox.ts'
import { undecidedTables } from '#common/stores/undecided.ts'
import { webhooksTables } from '#common/stores/webhooks.ts'
import { openPeer } from '../http-client/call.ts'
import { compensateInterrupted, pendingReleasesTables } from './compensate.ts'
import { duplicateRequests, duplicator } from './duplicator.ts'
import { startPendingWork } from './pending-work.ts'
import { sendAtNotification } from './send-at-notification.ts'
import { faultsOf, NAME, settings } from './settings.ts'
import { withOutbox } from './with-outbox.ts'
import { withoutOutbox } from './without-outbox.ts'

await runService(NAME, {
  settings,
  async start(parts) {
    const { config, health } = parts
    const faultInjector = createFaultInjector({ ...faultsOf(config.OUTBOX), ...parts })
    const watch = createOrderWatch()
    const store = parts.openStore(
      'orders',
      db => ({
        ...watch.over(ordersTables(db)),
        ...undecidedTables(db),
        ...outboxTables(db),
        ...webhooksTables(db, config.WEBHOOK_URL !== undefined),
        ...pendingReleasesTables(db),
      }),
      slowDiskOf(faultInjector),
    )
    const { inventory, notification } = openPeers(config, faultInjector)
    const send = sendAtNotification(notification, config.SEND_DEADLINE_MS)
    const webhooks = await startWebhooks({ ...parts, store, watch })
    await compensateInterrupted(store)
    const pendingWork = startPendingWork({
      ...parts,
      store,
      inventory,
      send,
      releaseDeadlineMs: config.RESERVE_DEADLINE_MS,
    })
    const openIntake = config.OUTBOX === 'on' ? withOutbox : withoutOutbox
    const intake = openIntake({ ...parts, store, inventory, send, pendingWork, faultInjector })
    const server = createServer(parts)
    orderRoutes(server, parts, {
      place: intake.place,
      find: orderId => store.read(tx => tx.findOrder(orderId)),
      watch,
      status: intake.status,
    })
    // An order is in the store, pending, before inventory is called: none is in flight that has no row.
    ordersRoute(server, store, () => 0)
    faultRoutes(server, faultInjector)
    watchOldestPending(health, store.peek)
    return {
      server,
      async stop() {
        await Promise.all([intake.ended, pendingWork.ended, webhooks.ended])
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
