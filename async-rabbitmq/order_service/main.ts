// order_service of the asynchronous model: `POST /order` stores the order, its event is published (by the relay of the
// outbox; without the outbox within the request), and the order's status follows the result that inventory publishes.
import { createFaultInjector, faultRoutes } from '#common/faults/fault-injector.ts'
import { slowDiskOf } from '#common/faults/slow-disk.ts'
import { countInFlight } from '#common/service/handler.ts'
import { ordersRoute } from '#common/service/evidence-routes.ts'
import { createServer } from '#common/service/http-server.ts'
import { watchOldestPending } from '#common/service/oldest-pending.ts'
import { orderRoutes } from '#common/service/order-routes.ts'
import { createOrderWatch } from '#common/service/order-watch.ts'
import { runService } from '#common/service/service.ts'
import { startWebhooks } from '#common/service/webhooks.ts'
import { identityTables } from '#common/stores/identity.ts'
import { markTable } from '#common/stores/mark.ts'
import { ordersTables } from '#common/stores/orders.ts'
import { outboxTables } from '#common/stores/outbox.ts'
import { undecidedTables } from '#common/stores/undecided.ts'
import { webhooksTables } from '#common/stores/webhooks.ts'
import { connectBroker } from '../broker/broker.ts'
import { consume } from '../messaging/consume.ts'
import { crashJournalTables } from '../messaging/quarantine.ts'
import { readers } from '../messaging/readers.ts'
import { type OrderNews, recordDeadLetter, recordOutcomeOf, withoutNotification } from './orders.ts'
import { createReading } from './reading.ts'
import { faultsOf, NAME, settings } from './settings.ts'
import { withOutbox } from './with-outbox.ts'
import { withoutOutbox } from './without-outbox.ts'

await runService(NAME, {
  settings,
  async start(parts) {
    const { config } = parts
    const faultInjector = createFaultInjector({ ...faultsOf(config.OUTBOX), ...parts })
    const watch = createOrderWatch()
    const store = parts.openStore(
      'orders',
      db => ({
        ...watch.over(withoutNotification(ordersTables(db))),
        ...undecidedTables(db),
        ...outboxTables(db),
        ...webhooksTables(db, config.WEBHOOK_URL !== undefined),
        ...crashJournalTables(db),
        ...identityTables(db),
        reader: markTable(db, 'reader'),
      }),
      slowDiskOf(faultInjector),
    )
    const webhooks = await startWebhooks({ ...parts, store, watch })
    const broker = connectBroker(NAME, parts)
    const openIntake = config.OUTBOX === 'on' ? withOutbox : withoutOutbox
    const reading = createReading(store, parts.closing)
    const intake = openIntake({ ...parts, store, broker, reading, faultInjector })
    const recordOutcome = recordOutcomeOf(store)
    const consumer = consume<OrderNews>({
      ...parts,
      broker,
      consumerQueue: broker.topology.consumerQueues.order,
      store,
      read: readers.order,
      isDone: event => store.peek.findOrder(event.data.orderId)?.status !== 'pending',
      onDeadLetter: (event, reason) => recordDeadLetter(store, event, reason),
      onClaim: reading.onClaim,
      async handle(event, context, ack) {
        await recordOutcome(event, context)
        ack()
      },
    })
    // An order that a fault holds here is in no row, and becomes one although its client has long gone.
    const { handle, inFlight } = countInFlight(faultInjector.wrap(intake.place))
    const server = createServer(parts)
    orderRoutes(server, parts, { place: handle, find: intake.find, watch, status: { isNew: 202, repeated: 200 } })
    ordersRoute(server, store, inFlight)
    faultRoutes(server, faultInjector)
    watchOldestPending(parts.health, store.peek)
    return {
      server,
      async stop() {
        await Promise.all([intake.ended, consumer.stop(), webhooks.ended])
        await broker.close()
        store.close()
      },
    }
  },
})
