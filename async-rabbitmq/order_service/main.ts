// order_service of the asynchronous model: `POST /order` stores the order, its event is published (by the relay of the
// outbox; without the outbox within the request), and the order's status follows the result that inventory publishes.
import { randomUUID } from 'node:crypto'
import { LabError } from '#common/contracts/errors.ts'
import { InventoryEvent } from '#common/contracts/events.ts'
import { IDEMPOTENCY_KEY } from '#common/contracts/http.ts'
import { deriveOrderId } from '#common/contracts/order-id.ts'
import { DEFAULT_KITCHEN, type Order, OrderRequest } from '#common/contracts/order.ts'
import { parse } from '#common/contracts/parse.ts'
import { faultRoutes } from '#common/faults/fault-routes.ts'
import { createFaultInjector } from '#common/faults/fault-injector.ts'
import { ordersRoute } from '#common/service/evidence-routes.ts'
import { contextOf, createServer, readHeader } from '#common/service/http-server.ts'
import { runService } from '#common/service/service.ts'
import { ordersTables } from '#common/stores/orders.ts'
import { outboxTables } from '#common/stores/outbox.ts'
import { openStore } from '#common/stores/store.ts'
import { connectBroker } from '../broker/broker.ts'
import { consume } from '../messaging/consume.ts'
import { readEvent } from '#common/messaging/read-event.ts'
import { crashJournalTables } from '../messaging/quarantine/crash-journal.ts'
import { topologyOf } from '../messaging/topology.ts'
import { viewOf, withoutNotification } from './answer.ts'
import { direct, relayed } from './placing.ts'
import { recordOutcomeOf } from './record-outcome.ts'
import { faultsOf, NAME, settings } from './settings.ts'

await runService(NAME, {
  settings,
  async start(parts) {
    const { config, environment } = parts
    const switchboard = createFaultInjector({ ...faultsOf(config.OUTBOX), environment })
    const store = openStore(config.DATA_DIR, 'orders', db => ({
      ...ordersTables(db),
      ...outboxTables(db),
      ...crashJournalTables(db),
    }))
    const topology = topologyOf(config.PREFIX, config.RETRY_DELAYS_MS.length)
    const broker = connectBroker({ ...parts, url: config.RABBITMQ_URL, name: NAME, topology })
    const compose = config.OUTBOX === 'on' ? relayed : direct
    const { place, shown, ended } = compose({ ...parts, store, broker, exchange: topology.orders, switchboard })
    const settleResult = recordOutcomeOf(store)
    const consumer = consume<InventoryEvent>({
      ...parts,
      broker,
      topology,
      line: topology.consumerQueues.order,
      delaysMs: config.RETRY_DELAYS_MS,
      prefetch: config.CONCURRENCY,
      store,
      read: readEvent(InventoryEvent, ['InventoryReserved', 'InventoryFailed']),
      isDone: event => store.read.findOrder(event.data.orderId)?.status !== 'pending',
      handle: settleResult,
    })
    const placing = switchboard.wrap(place)

    // What a fault holds here is in no row, and comes to be one although its client has long gone.
    const underWay = new Set<Order>()
    const server = await createServer(parts)
    server.post('/order', async (request, reply) => {
      const { kitchenId = DEFAULT_KITCHEN, ...asked } = parse(OrderRequest, request.body)
      const key = readHeader(request, IDEMPOTENCY_KEY)
      const order: Order = { orderId: key ? deriveOrderId(asked.userId, key) : randomUUID(), kitchenId, ...asked }
      const context = contextOf(request, parts)
      underWay.add(order)
      const { isNew, view } = await placing(order, context).finally(() => underWay.delete(order))
      return reply.code(isNew ? 202 : 200).send(view)
    })
    server.get<{ Params: { orderId: string } }>('/order/:orderId', request => {
      const placed = shown(request.params.orderId)
      if (!placed) throw new LabError('not-found', 'there is no such order')
      return viewOf(placed)
    })
    ordersRoute(server, withoutNotification(store.read.pageOrders), () => underWay.size)
    faultRoutes(server, switchboard)
    return {
      server,
      async stop() {
        await Promise.all([ended, consumer.stop()])
        await broker.close()
        store.close()
      },
    }
  },
})
