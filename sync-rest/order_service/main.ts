// order_service of the synchronous model: `POST /order` stores the order, asks inventory, confirms, and answers with
// what became of it. What it owes (releases, confirmations) it goes on doing after a restart.
import { randomUUID } from 'node:crypto'
import { ReleaseAnswer, SendAnswer } from '#common/contracts/http.ts'
import { faultRoutes } from '#common/faults/fault-routes.ts'
import { createFaultInjector } from '#common/faults/fault-injector.ts'
import { ordersRoute } from '#common/service/evidence-routes.ts'
import { createServer } from '#common/service/http-server.ts'
import { orderRoutes } from '#common/service/order-routes.ts'
import { runService } from '#common/service/service.ts'
import { ordersTables } from '#common/stores/orders.ts'
import { openStore } from '#common/stores/store.ts'
import { confirmOrder } from '#common/workflow/record-outcome.ts'
import { call, openPeer } from '../http-client/call.ts'
import { askInventory, noBreaker, openBreaker } from './reserve-at-inventory.ts'
import { startRetryWorker } from './retry-worker.ts'
import { compensate, place, type PlaceParts } from './place-order.ts'
import { pendingReleasesTables } from './pending-releases.ts'
import { faults, NAME, settings } from './settings.ts'
import { duplicateRequests, duplicator } from './duplicator.ts'

await runService(NAME, {
  settings,
  async start(parts) {
    const { config, environment, log, closing, health } = parts
    const switchboard = createFaultInjector({ ...faults, environment })
    const store = openStore(config.DATA_DIR, 'orders', db => ({ ...ordersTables(db), ...pendingReleasesTables(db) }))
    const peerAt = (name: string, url: string) => {
      const sentTwice = switchboard.on && { copies: duplicateRequests({ url, it: switchboard.switchOf(duplicator) }) }
      return openPeer({ name, url, connections: config.CONCURRENCY + 16, ...sentTwice })
    }
    const inventory = peerAt('inventory', config.INVENTORY_URL)
    const notification = peerAt('notification', config.NOTIFICATION_URL)
    const breaker =
      config.BREAKER === 'on'
        ? openBreaker({ failures: config.BREAKER_FAILURES, openMs: config.BREAKER_OPEN_MS, health })
        : noBreaker

    // A request that was cut off by the end of this process: nobody can know whether inventory acted.
    await store.transact(tx => {
      for (const orderId of tx.pendingOrders()) compensate(tx, orderId)
    })

    const confirming = new Set<string>()
    const correlationOf = (orderId: string) => store.read.findOrder(orderId)?.correlationId ?? randomUUID()
    const send: PlaceParts['send'] = async ({ orderId, userId }, correlationId) => {
      const signal = AbortSignal.timeout(config.SEND_DEADLINE_MS)
      await call(notification, { path: '/send', body: { orderId, userId }, answer: SendAnswer, correlationId, signal })
    }
    const releaseDuty = startRetryWorker({
      name: 'release',
      log,
      closing,
      pending: store.read.pendingReleases,
      async run(orderId) {
        const signal = AbortSignal.timeout(config.RESERVE_DEADLINE_MS)
        const correlationId = correlationOf(orderId)
        await call(inventory, { path: '/release', body: { orderId }, answer: ReleaseAnswer, correlationId, signal })
        await store.transact(tx => tx.removePendingRelease(orderId))
      },
    })
    const confirmDuty = startRetryWorker({
      name: 'confirm',
      log,
      closing,
      // So many more, that those which their requests confirm themselves cannot fill the answer.
      pending: (after, limit) =>
        store.read
          .unconfirmedOrders(after, limit + confirming.size)
          .filter(({ orderId }) => !confirming.has(orderId))
          .slice(0, limit),
      async run(orderId) {
        const placed = store.read.findOrder(orderId)
        if (placed) await send(placed.order, placed.correlationId)
        await store.transact(tx => confirmOrder(tx, orderId))
      },
    })
    const abandoned = new Set<string>()
    const abandonDuty = startRetryWorker({
      name: 'abandon',
      log,
      closing,
      pending: (after, limit) =>
        [...abandoned].slice(after, after + limit).map((orderId, index) => ({ seq: after + index + 1, orderId })),
      async run(orderId) {
        await store.transact(tx => compensate(tx, orderId))
        abandoned.delete(orderId)
        releaseDuty.wake()
      },
    })
    const wakeDuties = () => {
      abandonDuty.wake()
      releaseDuty.wake()
      confirmDuty.wake()
    }

    const server = await createServer(parts)
    const points = Object.fromEntries(faults.crashPoints.map(name => [name, switchboard.crashPoint(name)]))
    const placing = place({
      store,
      ask: askInventory(inventory, breaker, { deadlineMs: config.RESERVE_DEADLINE_MS, atOnce: config.CONCURRENCY }),
      send,
      confirming,
      abandoned,
      wakeDuties,
      crashPoints: points as PlaceParts['crashPoints'],
    })
    orderRoutes(server, parts, { place: placing, find: store.read.findOrder, status: { isNew: 201, repeated: 201 } })
    // An order is in the store, pending, before anybody is asked about it: none is on its way past the rows.
    ordersRoute(server, store.read.pageOrders, () => 0)
    faultRoutes(server, switchboard)
    return {
      server,
      async stop() {
        await Promise.all([abandonDuty.ended, releaseDuty.ended, confirmDuty.ended])
        await Promise.all([inventory.pool.close(), notification.pool.close()])
        store.close()
      },
    }
  },
})
