// Send the notification of a reserved order: the one handler of the notification services of REST and RabbitMQ. (In the
// streaming model the topic of notifications is the record of what was sent, so its handler is its own.)
// Guarantees: one notification per order, on disk before the handler returns, however often the order comes.
// A real e-mail gateway could not promise this: it would be at least once.
import type { NotificationsTx, Store } from '../workflow/store.ts'
import type { Handler } from './handler.ts'

/** @throws LabError `store-failed`; then nothing was sent. */
export function sendOnce(store: Store<NotificationsTx>): Handler<{ orderId: string; userId: string }, void> {
  return async ({ orderId, userId }, { log }) => {
    const isNew = await store.transact(tx => {
      if (tx.wasSent(orderId)) return false
      tx.append({ orderId, userId })
      return true
    })
    log.info({ orderId, isNew }, 'sent')
  }
}
