// Repeats work until it is acknowledged: past the breaker, with growing pauses. One that fails lets the others pass.
// Guarantees: what is pending is read anew each time, a batch at most, from where `pending` keeps it; as long as it is
// kept there the worker goes on, after a restart too. The releases and confirmations of order_service are kept in its
// store. Not promised for the compensations: those are of orders whose outcome the store could not take, so this
// process alone knows of them; after a restart they are found as orders that are still pending (compensate.ts).
import { explain } from '#common/contracts/errors.ts'
import { startDurableWorker, type DurableWorker } from '#common/service/durable-worker.ts'
import type { Logger } from '#common/service/log.ts'
import type { PendingOrder } from '#common/stores/orders.ts'

const BATCH = 16
const PACE = { firstMs: 50, longestMs: 1_000 }

type Parts = {
  name: string
  /** The first `limit` after `after`. An order that it leaves out now is found in the next round. */
  pending(after: number, limit: number): Promise<PendingOrder[]>
  /** Does the work of one order and removes it from what is pending; rejects when it was not acknowledged. */
  run(orderId: string): Promise<void>
  log: Logger
  closing: AbortSignal
}

export function startRetryWorker({ name, pending, run, log, closing }: Parts): DurableWorker {
  return startDurableWorker({
    pending,
    run: ({ orderId }) => run(orderId),
    window: BATCH,
    resume: 'behind',
    onSuccess: ({ orderId }) => log.info({ orderId, work: name }, 'pending work done'),
    onFailure(error, row) {
      log.warn({ orderId: row?.orderId, work: name, error: explain(error) }, 'pending work failed; it is retried')
    },
    closing,
    pace: PACE,
  })
}
