// notification_service of the asynchronous model: consumes InventoryReserved and confirms the order to its user.
// Guarantees: one notification per order across crashes and restarts; a message is acked when that is on disk.
import type { InventoryReserved } from '#common/contracts/events.ts'
import { createFaultInjector, faultRoutes } from '#common/faults/fault-injector.ts'
import { slowDiskOf } from '#common/faults/slow-disk.ts'
import { notificationsRoute } from '#common/service/evidence-routes.ts'
import { createServer } from '#common/service/http-server.ts'
import { sendOnce } from '#common/service/send-notification.ts'
import { runService } from '#common/service/service.ts'
import { identityTables } from '#common/stores/identity.ts'
import { notificationsTables } from '#common/stores/notifications.ts'
import { connectBroker } from '../broker/broker.ts'
import { consume } from '../messaging/consume.ts'
import { crashJournalTables } from '../messaging/quarantine.ts'
import { readers } from '../messaging/readers.ts'
import { sendAck } from './send-notification.ts'
import { faults, NAME, settings } from './settings.ts'

await runService(NAME, {
  settings,
  async start(parts) {
    const faultInjector = createFaultInjector({ ...faults, ...parts })
    const store = parts.openStore(
      'notifications',
      db => ({
        ...notificationsTables(db),
        ...crashJournalTables(db),
        ...identityTables(db),
      }),
      slowDiskOf(faultInjector),
    )
    const broker = connectBroker(NAME, parts)
    const consumer = consume<InventoryReserved>({
      ...parts,
      broker,
      consumerQueue: broker.topology.consumerQueues.notification,
      store,
      read: readers.notification,
      isDone: event => store.peek.wasSent(event.data.orderId),
      handle: sendAck({
        send: faultInjector.wrap(sendOnce(store)),
        afterCommit: faultInjector.crashPoint('commit-ack'),
      }),
    })
    const server = createServer(parts)
    notificationsRoute(server, store)
    faultRoutes(server, faultInjector)
    return {
      server,
      async stop() {
        await consumer.stop()
        await broker.close()
        store.close()
      },
    }
  },
})
