// producer_order of the streaming model: `POST /order` writes an OrderPlaced into the log (within the request; with the
// outbox behind the answer). What became of each order it shows from the topics, which it reads to their end before it
// is healthy; a store that is gone is filled from them. With arguments it is a producer of N events (produce.ts).
import { randomUUID } from 'node:crypto'
import { LabError } from '#common/contracts/errors.ts'
import { IDEMPOTENCY_KEY } from '#common/contracts/http.ts'
import { deriveOrderId } from '#common/contracts/order-id.ts'
import { DEFAULT_KITCHEN, type Order, OrderRequest } from '#common/contracts/order.ts'
import { parse } from '#common/contracts/parse.ts'
import { faultRoutes } from '#common/faults/fault-routes.ts'
import { createFaultInjector } from '#common/faults/fault-injector.ts'
import { ordersRoute } from '#common/service/evidence-routes.ts'
import { contextOf, createServer, readHeader } from '#common/service/http-server.ts'
import { runService } from '#common/service/service.ts'
import { outboxTables } from '#common/stores/outbox.ts'
import { openStore } from '#common/stores/store.ts'
import { openConnection } from '../messaging/connection.ts'
import { materialize } from '../messaging/materialize.ts'
import { retryUntilClosed } from '#common/service/retry.ts'
import { viewOf } from './answer.ts'
import { direct, relayed } from './placing.ts'
import { produceFromCommandLine } from './produce.ts'
import { applyTo, viewTables } from './orders-view.ts'
import { bootstrapTables } from './bootstrap-marker.ts'
import { faultsOf, NAME, settings } from './settings.ts'

const [, , ...args] = process.argv
if (args.length > 0) await produceFromCommandLine(args)
else
  await runService(NAME, {
    settings,
    async start(parts) {
      const { config, environment } = parts
      const switchboard = createFaultInjector({ ...faultsOf(config.OUTBOX), environment })
      const store = openStore(config.DATA_DIR, 'orders', db => ({
        ...viewTables(db),
        ...outboxTables(db),
        ...bootstrapTables(db),
      }))
      const server = await createServer(parts)
      const kafka = openConnection('producer_order', config, parts)
      const compose = config.OUTBOX === 'on' ? relayed : direct
      const placing = await compose({ ...parts, store, kafka, switchboard })
      server.post('/order', async (request, reply) => {
        const { kitchenId = DEFAULT_KITCHEN, ...asked } = parse(OrderRequest, request.body)
        const key = readHeader(request, IDEMPOTENCY_KEY)
        const order: Order = { orderId: key ? deriveOrderId(asked.userId, key) : randomUUID(), kitchenId, ...asked }
        const { isNew, view } = await placing.place(order, contextOf(request, parts))
        return reply.code(isNew ? 202 : 200).send(view)
      })
      server.get<{ Params: { orderId: string } }>('/order/:orderId', request => {
        const placed = store.read.findOrder(request.params.orderId)
        if (!placed) throw new LabError('not-found', 'there is no such order')
        return viewOf(placed)
      })
      ordersRoute(server, store.read.pageOrders, placing.onTheirWay)
      faultRoutes(server, switchboard)

      async function run(): Promise<void> {
        await kafka.ready()
        await materialize({
          kafka,
          store,
          topics: ['orders', 'inventoryEvents', 'notifications'],
          apply: applyTo(kafka.topics),
          onApplied: placing.applied,
          onCaughtUp: () => void retryUntilClosed(parts, 'start', placing.caughtUp),
          until: 'closed',
        })
      }
      const running = Promise.all([run(), placing.ended]).then(() => {})
      return {
        server,
        async stop() {
          await kafka.close(running)
          store.close()
        },
      }
    },
  })
