// producer_order of the streaming model: `POST /order` writes an OrderPlaced into the log and answers 202 when the log
// has acknowledged it. What became of each order it shows from the topics, which it reads to their end before it is
// healthy; a store that is gone is filled from them. With arguments it is a producer of N events (produce.ts).
import { randomUUID } from 'node:crypto'
import { LabError } from '#common/contracts/errors.ts'
import { IDEMPOTENCY_KEY } from '#common/contracts/http.ts'
import { deriveOrderId } from '#common/contracts/order-id.ts'
import { DEFAULT_KITCHEN, type Order, OrderRequest } from '#common/contracts/order.ts'
import { parse } from '#common/contracts/parse.ts'
import { faultRoutes } from '#common/faults/routes.ts'
import { createSwitchboard } from '#common/faults/switchboard.ts'
import { integer } from '#common/kit/config.ts'
import { ordersRoute } from '#common/kit/evidence-routes.ts'
import { contextOf, createServer, readHeader } from '#common/kit/http-server.ts'
import { commonSettings, runService } from '#common/kit/service.ts'
import { openStore } from '#common/stores/store.ts'
import type { LogRecord } from '../broker/record.ts'
import { follow } from '../follow.ts'
import { openConnection } from '../connection.ts'
import { orUndefined, readOrderPlaced } from '../read-event.ts'
import { kafkaSettings } from '../settings.ts'
import { place, viewOf } from './place.ts'
import { produceFromCommandLine } from './produce.ts'
import { applyTo, viewTables } from './view.ts'

const NAME = 'streaming-kafka/producer_order'

export const settings = {
  ...commonSettings(NAME, 8020),
  ...kafkaSettings,
  PRODUCE_DEADLINE_MS: integer(1_000, 'how long an answer waits for the log', { min: 1 }),
}

const [, , ...args] = process.argv
if (args.length > 0) await produceFromCommandLine(args)
else
  await runService(NAME, {
    settings,
    async start(parts) {
      const { config, environment } = parts
      const switchboard = createSwitchboard({
        role: 'ORDER',
        environment,
        faults: [],
        crashPoints: ['produce-answer'],
      })
      const store = openStore(config.DATA_DIR, 'orders', viewTables)
      const server = createServer(parts)
      const kafka = openConnection('producer_order', config, parts)
      const onTheirWay = new Map<string, string>()
      let isReady = false
      const placing = place({
        kafka,
        store,
        onTheirWay,
        ready: () => isReady,
        deadlineMs: config.PRODUCE_DEADLINE_MS,
        afterProduce: switchboard.crashPoint('produce-answer'),
      })
      server.post('/order', async (request, reply) => {
        const { kitchenId = DEFAULT_KITCHEN, ...asked } = parse(OrderRequest, request.body)
        const key = readHeader(request, IDEMPOTENCY_KEY)
        const order: Order = { orderId: key ? deriveOrderId(asked.userId, key) : randomUUID(), kitchenId, ...asked }
        const { isNew, view } = await placing(order, contextOf(request, parts))
        return reply.code(isNew ? 202 : 200).send(view)
      })
      server.get<{ Params: { orderId: string } }>('/order/:orderId', request => {
        const placed = store.read.findOrder(request.params.orderId)
        if (!placed) throw new LabError('not-found', 'there is no such order')
        return viewOf(placed)
      })
      ordersRoute(server, store.read.pageOrders, () => onTheirWay.size)
      faultRoutes(server, switchboard)

      async function run(): Promise<void> {
        await kafka.ready()
        await follow({
          kafka,
          store,
          topics: ['orders', 'inventoryEvents', 'notifications'],
          apply: applyTo(kafka.topics),
          applied: records => forget(records),
          caughtUp() {
            isReady = true
            parts.health.report('start', null)
          },
          until: 'ever',
        })
      }
      /** What the view shows is no longer on its way. */
      function forget(records: LogRecord[]): void {
        for (const record of onTheirWay.size > 0 ? records : []) {
          const event = record.topic === kafka.topics.orders ? orUndefined(readOrderPlaced, record) : undefined
          if (event) onTheirWay.delete(event.data.orderId)
        }
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
