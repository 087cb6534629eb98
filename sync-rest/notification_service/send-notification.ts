// `POST /send`: 200 when the order is confirmed, now or before.
import type { SendAnswer, SendRequest } from '#common/contracts/http.ts'
import type { CrashPoint } from '#common/faults/crash.ts'
import type { Handler } from '#common/service/handler.ts'
import { sendNotification } from '#common/workflow/send-notification.ts'
import type { NotificationsTx, Store } from '#common/workflow/store.ts'

export function send(store: Store<NotificationsTx>, crashPoint: CrashPoint): Handler<SendRequest, SendAnswer> {
  return async ({ orderId, userId }, { log }) => {
    const isNew = await store.transact(tx => sendNotification(tx, { orderId, userId }))
    crashPoint()
    log.info({ orderId, isNew }, 'sent')
    return { orderId, status: 'sent' }
  }
}
