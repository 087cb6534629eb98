// producer_order of the streaming model: `POST /order` writes an OrderPlaced into the log (within the request; with the
// outbox after the answer). It shows orders as the topics say, and reads those to their end before it is healthy; an
// empty store is filled from them. With arguments it is a producer of N events (produce.ts).
import { LabError } from '#common/contracts/errors.ts'
import { createFaultInjector, faultRoutes } from '#common/faults/fault-injector.ts'
import { slowDiskOf } from '#common/faults/slow-disk.ts'
import { ordersRoute } from '#common/service/evidence-routes.ts'
import { createServer } from '#common/service/http-server.ts'
import { watchOldestPending } from '#common/service/oldest-pending.ts'
import { orderRoutes } from '#common/service/order-routes.ts'
import { createOrderWatch } from '#common/service/order-watch.ts'
import { retryUntilClosed } from '#common/service/retry.ts'
import { runService } from '#common/service/service.ts'
import { startWebhooks } from '#common/service/webhooks.ts'
import { outboxTables } from '#common/stores/outbox.ts'
import { webhooksTables } from '#common/stores/webhooks.ts'
import { openConnection } from '../messaging/connection.ts'
import { materialize } from '../messaging/materialize.ts'
import { produceFromCommandLine } from './produce.ts'
import { applyTo, viewTables } from './orders-view.ts'
import { faultsOf, NAME, settings } from './settings.ts'
import { withOutbox } from './with-outbox.ts'
import { withoutOutbox } from './without-outbox.ts'

const [, , ...args] = process.argv
if (args.length > 0) await produceFromCommandLine(args)
else
  await runService(NAME, {
    settings,
    async start(parts) {
      const { config } = parts
      const faultInjector = createFaultInjector({ ...faultsOf(config.OUTBOX), ...parts })
      const watch = createOrderWatch()
      const store = parts.openStore(
        'orders',
        db => ({
          ...watch.over(viewTables(db)),
          ...outboxTables(db),
          ...webhooksTables(db, config.WEBHOOK_URL !== undefined),
        }),
        slowDiskOf(faultInjector),
      )
      const webhooks = await startWebhooks({ ...parts, store, watch })
      const server = createServer(parts)
      const kafka = openConnection('producer_order', parts)
      const openIntake = config.OUTBOX === 'on' ? withOutbox : withoutOutbox
      const intake = await openIntake({ ...parts, store, kafka, faultInjector })
      const { place, inFlight, onApplied, onCaughtUp, ended } = intake
      const find = (orderId: string) =>
        store.read(tx => {
          if (tx.isFilled()) return tx.findOrder(orderId)
          throw new LabError('unavailable', 'the store is being filled from the log, and does not know every order yet')
        })
      orderRoutes(server, parts, { place, find, watch, status: { isNew: 202, repeated: 200 } })
      ordersRoute(server, store, inFlight)
      faultRoutes(server, faultInjector)
      watchOldestPending(parts.health, store.peek)

      async function caughtUp(): Promise<void> {
        await store.transact(tx => tx.setFilled(true))
        await onCaughtUp()
      }
      async function run(): Promise<void> {
        await kafka.ready()
        await materialize({
          kafka,
          store,
          topics: ['orders', 'inventoryEvents', 'notifications', 'deadLetters'],
          mayBeDeleted: ['deadLetters'],
          apply: applyTo(kafka.topics),
          onApplied,
          onCaughtUp: () => void retryUntilClosed(parts, 'start', caughtUp),
          until: 'closed',
        })
      }
      const running = Promise.all([run(), ended, webhooks.ended]).then(() => {})
      return {
        server,
        async stop() {
          await kafka.close(running)
          store.close()
        },
      }
    },
  })
