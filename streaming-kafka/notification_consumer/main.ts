// notification_consumer of the streaming model: confirms each reserved order, once, in the notifications topic.
// Guarantees: one record per reserved order and none for a failed one, across crashes at any point and a lost store. The
// topic itself has the notifications that were sent, and it is read to its end before any is sent.
// It dead-letters the poison of the topic `inventory-events`, with its reason.
import { createFaultInjector, faultRoutes } from '#common/faults/fault-injector.ts'
import { slowDiskOf } from '#common/faults/slow-disk.ts'
import { notificationsRoute } from '#common/service/evidence-routes.ts'
import { createServer } from '#common/service/http-server.ts'
import { runService } from '#common/service/service.ts'
import { identityTables } from '#common/stores/identity.ts'
import { acknowledgementTimes } from '#common/stores/kept-times.ts'
import { readInventoryEvent } from '../broker/record.ts'
import { GATHERED } from '../broker/log-reader.ts'
import { consume } from '../messaging/consume.ts'
import { materialize } from '../messaging/materialize.ts'
import { openConnection } from '../messaging/connection.ts'
import { openMembership } from '../messaging/membership.ts'
import { createWorkProgress } from '../messaging/work-progress.ts'
import { sentTables, storeSent } from './notifications.ts'
import { sendAndStore } from './send-notification.ts'
import { faults, NAME, settings } from './settings.ts'

await runService(NAME, {
  settings,
  async start(parts) {
    const { config } = parts
    const faultInjector = createFaultInjector({ ...faults, ...parts })
    const store = parts.openStore(
      'notifications',
      db => ({ ...sentTables(db), ...identityTables(db) }),
      slowDiskOf(faultInjector),
    )
    const server = createServer(parts)
    // The log has the notifications. When it had acknowledged one is when it was kept.
    const acknowledged = acknowledgementTimes()
    notificationsRoute(server, { ...store, keptNs: acknowledged.keptNs })
    faultRoutes(server, faultInjector)

    const kafka = openConnection('notification_consumer', parts)
    const membership = openMembership(kafka, store.peek.storeId)
    const progress = createWorkProgress()
    const send = faultInjector.wrap(
      sendAndStore({
        kafka,
        store,
        progress,
        acknowledged,
        afterProduce: faultInjector.crashPoint('produce-store'),
        afterStore: faultInjector.crashPoint('store-commit'),
      }),
    )

    async function run(): Promise<void> {
      await kafka.ready()
      const group = await membership.join('inventoryEvents')
      if (!group) return
      const caughtUp = Promise.withResolvers<void>()
      const materializing = materialize({
        kafka,
        store,
        topics: ['notifications'],
        // It reads what it has sent itself, which is confirmed by then. Only at a start orders wait for it, once.
        fetchSize: GATHERED,
        apply: storeSent,
        onCaughtUp: caughtUp.resolve,
        until: 'closed',
      })
      await Promise.race([caughtUp.promise, materializing])
      if (!parts.closing.aborted)
        await consume({
          kafka,
          group,
          topic: 'inventoryEvents',
          concurrency: config.CONCURRENCY,
          store,
          progress,
          read: readInventoryEvent,
          async handle(event, record, context) {
            if (event.type !== 'InventoryReserved') return
            const { orderId, userId } = event.data
            await send({ orderId, userId, event, record }, context)
          },
        })
      await materializing
    }
    const running = run()
    return {
      server,
      async stop() {
        await kafka.close(running)
        store.close()
      },
    }
  },
})
