// inventory_service of the asynchronous model: consumes OrderPlaced, decides about stock, publishes the outcome.
// Guarantees: one decision per `orderId` across crashes and restarts; a message is acked when its outcome is confirmed.
import { createFaultInjector, faultRoutes } from '#common/faults/fault-injector.ts'
import { slowDiskOf } from '#common/faults/slow-disk.ts'
import { inventoryRoutes, pageRoute } from '#common/service/evidence-routes.ts'
import { createServer } from '#common/service/http-server.ts'
import { runService } from '#common/service/service.ts'
import { identityTables } from '#common/stores/identity.ts'
import { initialStock, warnOfOtherStock } from '#common/service/initial-stock.ts'
import { stockTables } from '#common/stores/stock.ts'
import { connectBroker } from '../broker/broker.ts'
import { crashJournalTables } from '../messaging/quarantine.ts'
import { consumeOrders } from './consumer.ts'
import { RepeatRow, repeatsTables } from './repeats.ts'
import { faults, NAME, settings } from './settings.ts'

await runService(NAME, {
  settings,
  async start(parts) {
    const { config } = parts
    const faultInjector = createFaultInjector({ ...faults, ...parts })
    const tables = stockTables(initialStock(config.INITIAL_STOCK))
    const store = parts.openStore(
      'inventory',
      db => ({
        ...tables(db),
        ...repeatsTables(db),
        ...crashJournalTables(db),
        ...identityTables(db),
      }),
      slowDiskOf(faultInjector),
    )
    warnOfOtherStock(parts, config.INITIAL_STOCK, store.peek)
    const broker = connectBroker(NAME, parts)
    const consumer = consumeOrders({ ...parts, broker, store, faultInjector })
    const server = createServer(parts)
    inventoryRoutes(server, store)
    pageRoute(server, '/inventory/repeats', RepeatRow, (after, limit) => store.read(tx => tx.pageRepeats(after, limit)))
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
