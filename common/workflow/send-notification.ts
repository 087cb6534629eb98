// Send the notification of a reserved order: one appended record, however often it is requested.
// A real e-mail gateway could not promise this: it would be at least once.
import type { NotificationsTx } from './store.ts'

/** False when the order was confirmed before. */
export function sendNotification(tx: NotificationsTx, notification: { orderId: string; userId: string }): boolean {
  if (tx.wasSent(notification.orderId)) return false
  tx.append(notification)
  return true
}
