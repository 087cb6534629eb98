// inventory_consumer of the streaming model: decides each OrderPlaced, and produces the decision to the InventoryEvents
// stream.
// Guarantees: one decision per `orderId` for ever, across restarts and a lost store; a decision is on disk before it is
// produced; the orders of a partition are decided in the sequence of the log, except where a delay or a retry lets others
// pass.
// It dead-letters the poison of the orders topic, with its reason, and the partition continues.
import { createFaultInjector, faultRoutes } from '#common/faults/fault-injector.ts'
import { slowDiskOf } from '#common/faults/slow-disk.ts'
import { inventoryRoutes } from '#common/service/evidence-routes.ts'
import { createServer } from '#common/service/http-server.ts'
import { runService } from '#common/service/service.ts'
import { initialStock } from '#common/service/initial-stock.ts'
import { identityTables } from '#common/stores/identity.ts'
import { markTable } from '#common/stores/mark.ts'
import { positionsTables } from '#common/stores/positions.ts'
import { stockTables, type InitialStock } from '#common/stores/stock.ts'
import { readOrderPlaced } from '../broker/record.ts'
import { consume } from '../messaging/consume.ts'
import { retryUntilClosed } from '#common/service/retry.ts'
import { openConnection } from '../messaging/connection.ts'
import { openMembership } from '../messaging/membership.ts'
import { createWorkProgress } from '../messaging/work-progress.ts'
import { decideAndProduce } from './decide-order.ts'
import { agreeOnStock, bringLevel } from './restore.ts'
import { faults, NAME, settings } from './settings.ts'

await runService(NAME, {
  settings,
  async start(parts) {
    const { config } = parts
    const faultInjector = createFaultInjector({ ...faults, ...parts })
    let openingOf: InitialStock | undefined
    const store = parts.openStore(
      'inventory',
      db => ({
        ...stockTables(kitchenId => {
          if (!openingOf) throw new Error('a kitchen was opened before the initial stock was read')
          return openingOf(kitchenId)
        })(db),
        ...positionsTables(db),
        ...identityTables(db),
        outdated: markTable(db, 'outdated'),
      }),
      slowDiskOf(faultInjector),
    )
    const server = createServer(parts)
    inventoryRoutes(server, store)
    faultRoutes(server, faultInjector)

    const kafka = openConnection('inventory_consumer', parts)
    const membership = openMembership(kafka, store.peek.storeId)
    const progress = createWorkProgress()
    const decide = faultInjector.wrap(
      decideAndProduce({
        kafka,
        store,
        progress,
        afterCommit: faultInjector.crashPoint('commit-produce'),
        afterProduce: faultInjector.crashPoint('produce-commit'),
      }),
    )

    async function run(): Promise<void> {
      await kafka.ready()
      const group = await membership.join('orders')
      if (!group) return
      const table = await retryUntilClosed(kafka, 'initial stock', () => agreeOnStock(kafka, config.INITIAL_STOCK))
      if (!table) return
      openingOf = initialStock(table)
      await bringLevel(kafka, store)
      await consume({
        kafka,
        group,
        topic: 'orders',
        concurrency: config.CONCURRENCY,
        store,
        progress,
        read: readOrderPlaced,
        handle({ data: order }, record, context) {
          const { orderId, userId, kitchenId } = order
          return decide({ orderId, userId, kitchenId, order, record }, context)
        },
      })
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
