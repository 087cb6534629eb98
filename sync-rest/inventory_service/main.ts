// inventory_service of the synchronous model: decides about stock at `POST /reserve`, gives it back at `POST /release`.
// Guarantees: one decision per `orderId` across restarts; what it answers was on disk before.
import { ReleaseAnswer, ReleaseRequest, ReserveAnswer, ReserveRequest } from '#common/contracts/http.ts'
import { createFaultInjector, faultRoutes } from '#common/faults/fault-injector.ts'
import { slowDiskOf } from '#common/faults/slow-disk.ts'
import { inventoryRoutes } from '#common/service/evidence-routes.ts'
import { createServer, postRoute } from '#common/service/http-server.ts'
import { runService } from '#common/service/service.ts'
import { initialStock, warnOfOtherStock } from '#common/service/initial-stock.ts'
import { stockTables } from '#common/stores/stock.ts'
import { release } from './release-order.ts'
import { decideAndRespond } from './decide-order.ts'
import { faults, NAME, settings } from './settings.ts'

await runService(NAME, {
  settings,
  async start(parts) {
    const { config } = parts
    const faultInjector = createFaultInjector({ ...faults, ...parts })
    const store = parts.openStore(
      'inventory',
      stockTables(initialStock(config.INITIAL_STOCK)),
      slowDiskOf(faultInjector),
    )
    warnOfOtherStock(parts, config.INITIAL_STOCK, store.peek)
    const server = createServer(parts)
    postRoute(server, parts, {
      path: '/reserve',
      body: ReserveRequest,
      answer: ReserveAnswer,
      handler: faultInjector.wrap(decideAndRespond({ store, afterCommit: faultInjector.crashPoint('commit-answer') })),
    })
    postRoute(server, parts, {
      path: '/release',
      body: ReleaseRequest,
      answer: ReleaseAnswer,
      handler: release(store),
    })
    inventoryRoutes(server, store)
    faultRoutes(server, faultInjector)
    return { server, stop: async () => store.close() }
  },
})
