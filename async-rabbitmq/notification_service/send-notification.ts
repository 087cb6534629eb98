// Confirms a reserved order: one notification, however often its InventoryReserved comes.
import type { InventoryReserved } from '#common/contracts/events.ts'
import type { CrashPoint } from '#common/faults/crash.ts'
import type { Handler } from '#common/service/handler.ts'
import { sendNotification } from '#common/workflow/send-notification.ts'
import type { NotificationsTx, Store } from '#common/workflow/store.ts'

export function send(store: Store<NotificationsTx>, crashPoint: CrashPoint): Handler<InventoryReserved['data'], void> {
  return async ({ orderId, userId }, { log }) => {
    const isNew = await store.transact(tx => sendNotification(tx, { orderId, userId }))
    crashPoint()
    log.info({ orderId, isNew }, 'sent')
  }
}
