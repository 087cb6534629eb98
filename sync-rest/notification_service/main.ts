// notification_service of the synchronous model: confirms a reserved order at `POST /send`.
// Guarantees: one notification per order across restarts; what it answers was on disk before.
import { SendAnswer, SendRequest } from '#common/contracts/http.ts'
import { createFaultInjector, faultRoutes } from '#common/faults/fault-injector.ts'
import { slowDiskOf } from '#common/faults/slow-disk.ts'
import { notificationsRoute } from '#common/service/evidence-routes.ts'
import { createServer, postRoute } from '#common/service/http-server.ts'
import { runService } from '#common/service/service.ts'
import { notificationsTables } from '#common/stores/notifications.ts'
import { sendAndRespond } from './send-notification.ts'
import { faults, NAME, settings } from './settings.ts'

await runService(NAME, {
  settings,
  async start(parts) {
    const faultInjector = createFaultInjector({ ...faults, ...parts })
    const store = parts.openStore('notifications', notificationsTables, slowDiskOf(faultInjector))
    const server = createServer(parts)
    postRoute(server, parts, {
      path: '/send',
      body: SendRequest,
      answer: SendAnswer,
      handler: faultInjector.wrap(sendAndRespond({ store, afterCommit: faultInjector.crashPoint('commit-answer') })),
    })
    notificationsRoute(server, store)
    faultRoutes(server, faultInjector)
    return { server, stop: async () => store.close() }
  },
})
