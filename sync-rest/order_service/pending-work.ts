// The work of order_service that no request waits for, each kind repeated by a retry worker until it is acknowledged:
//
//   release      inventory gives the stock of a failed order back
//   confirm      the notification of a reserved order is sent, and stored as sent
//   compensate   an order whose outcome the store could not take is failed, and its release pending
import { randomUUID } from 'node:crypto'
import { ReleaseAnswer } from '#common/contracts/http.ts'
import type { Logger } from '#common/service/log.ts'
import type { ServiceStore } from '#common/stores/group-commit.ts'
import { confirmOrder } from '#common/workflow/record-outcome.ts'
import { call, type Peer } from '../http-client/call.ts'
import { compensate, type OrderTables } from './compensate.ts'
import { startRetryWorker } from './retry-worker.ts'
import type { SendNotification } from './send-at-notification.ts'

export type PendingWork = {
  /** Orders that their own request is confirming: the worker leaves them alone. */
  confirming: Set<string>
  /** Orders whose outcome could not be stored. Kept in memory alone; after a restart they are pending in the store. */
  toCompensate: Set<string>
  /** Says that there may be new work of any kind. */
  notify(): void
  /** Resolves when the service is closing and nothing is in flight. */
  ended: Promise<void>
}

type Parts = {
  store: ServiceStore<OrderTables>
  inventory: Peer
  send: SendNotification
  releaseDeadlineMs: number
  log: Logger
  closing: AbortSignal
}

export function startPendingWork({ store, inventory, send, releaseDeadlineMs, log, closing }: Parts): PendingWork {
  const confirming = new Set<string>()
  const toCompensate = new Set<string>()
  const releases = startRetryWorker({
    name: 'release',
    log,
    closing,
    pending: (after, limit) => store.read(tx => tx.pendingReleases(after, limit)),
    async run(orderId) {
      const signal = AbortSignal.timeout(releaseDeadlineMs)
      const correlationId = store.peek.findOrder(orderId)?.correlationId ?? randomUUID()
      await call(inventory, { path: '/release', body: { orderId }, answer: ReleaseAnswer, correlationId, signal })
      await store.transact(tx => tx.removePendingRelease(orderId))
    },
  })
  const confirmations = startRetryWorker({
    name: 'confirm',
    log,
    closing,
    // Reads more by the orders that their requests confirm, so that those alone never fill a batch.
    pending: (after, limit) =>
      store.read(tx =>
        tx
          .unconfirmedOrders(after, limit + confirming.size)
          .filter(({ orderId }) => !confirming.has(orderId))
          .slice(0, limit),
      ),
    async run(orderId) {
      const placed = store.peek.findOrder(orderId)
      if (placed) await send(placed.order, placed.correlationId)
      await store.transact(tx => confirmOrder(tx, orderId))
    },
  })
  const compensations = startRetryWorker({
    name: 'compensate',
    log,
    closing,
    pending: async (after, limit) =>
      [...toCompensate].slice(after, after + limit).map((orderId, index) => ({ seq: after + index + 1, orderId })),
    async run(orderId) {
      await store.transact(tx => compensate(tx, orderId))
      toCompensate.delete(orderId)
      releases.notify()
    },
  })
  const workers = [releases, confirmations, compensations]
  return {
    confirming,
    toCompensate,
    notify: () => workers.forEach(worker => worker.notify()),
    ended: Promise.all(workers.map(worker => worker.ended)).then(() => {}),
  }
}
