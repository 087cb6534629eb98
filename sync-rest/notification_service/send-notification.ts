// `POST /send`: 200 when the order is confirmed, now or before. What it answers was on disk before.
import type { SendAnswer, SendRequest } from '#common/contracts/http.ts'
import type { CrashPoint } from '#common/faults/fault-injector.ts'
import type { Handler } from '#common/service/handler.ts'
import { sendOnce } from '#common/service/send-notification.ts'
import type { NotificationsTx, Store } from '#common/workflow/store.ts'

type Parts = { store: Store<NotificationsTx>; afterCommit: CrashPoint }

export function sendAndRespond({ store, afterCommit }: Parts): Handler<SendRequest, SendAnswer> {
  const send = sendOnce(store)
  return async (order, context) => {
    await send(order, context)
    afterCommit()
    return { orderId: order.orderId, status: 'sent' }
  }
}
